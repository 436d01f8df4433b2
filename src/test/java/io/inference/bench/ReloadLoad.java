package io.inference.bench;

import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import io.inference.routes.generation.RouteGenerations;
import io.inference.routes.status.RouteChange.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The service over an {@link EchoUpstream}, with callers at its doors and an operator who edits its routes meanwhile.
 */
public final class ReloadLoad implements AutoCloseable {
    private static final int EVERY_FAULTY = 5;
    static final int WHOLE_A_DOOR = 4;
    static final int STREAMS_A_DOOR = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final EchoUpstream upstream = new EchoUpstream();
    private final List<DoorLoad> doors = new ArrayList<>();
    private final RunningService service;
    private final RestLoad rest;
    private final Callers callers;
    private final RouteEdits edits;

    /**
     * @param routes an empty folder
     * @param data folder for the service's own files
     * @param amqp whether there are callers by messages too
     */
    public ReloadLoad(Path routes, Path data, boolean amqp) throws Exception {
        copyRoutes(routes);
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("reload_load"));
        options.addAll(List.of(
                "--routes-dir=" + routes,
                "--data-dir=" + data,
                "--log-level=error",
                "--inference-services-openai-base-url=" + upstream.url() + "/v1"));
        if (amqp) {
            SharedRabbit.clear();
            options.addAll(SharedRabbit.options());
        }
        service = RunningService.start(options.toArray(String[]::new));
        rest = new RestLoad(service.baseUrl());
        doors.add(rest);
        doors.add(new GrpcLoad(service.grpcPort()));
        if (amqp) {
            doors.add(new AmqpLoad());
        }
        callers = new Callers(doors, WHOLE_A_DOOR, STREAMS_A_DOOR, Duration.ZERO);
        edits = new RouteEdits(routes, rest);
    }

    private static void copyRoutes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    public void startCallers() {
        callers.start();
    }

    /** Makes so many edits, every fifth a faulty one, each after the one before serves or is refused. */
    public void edit(int count) throws Exception {
        for (int i = 1; i <= count; i++) {
            String text = "text-" + i;
            if (i % EVERY_FAULTY != 0) {
                RouteEdits.mustBe(edits.edit(text, PATIENCE), text + " serves");
            } else {
                String step = "setBoddy" + i;
                edits.writeFaulty(step);
                RouteEdits.mustBe(RouteEdits.await(() -> faults().contains(step), PATIENCE), step + " is refused");
            }
        }
    }

    private String faults() {
        return service.bean(RouteGenerations.class).status().faults().toString();
    }

    /** Waits for the end of every call in progress. */
    public void stopCallers() throws Exception {
        callers.stop();
    }

    /** Answers so far, by door and kind. */
    public Map<String, Long> answers() {
        return callers.answers();
    }

    /** Failed calls, incomplete answers, messages lost or duplicated, and calls that ran twice. */
    public List<String> failures() {
        List<String> failures = new ArrayList<>(callers.failures());
        upstream.askedTwice().forEach(question -> failures.add("ran twice: " + question));
        return failures;
    }

    RouteEdits edits() {
        return edits;
    }

    /** Changes the routes as fast as they are built, without waiting for the folder watcher. */
    void reload(int count) throws Exception {
        RouteGenerations generations = service.bean(RouteGenerations.class);
        for (int i = 0; i < count; i++) {
            edits.write("again-" + i);
            // The watcher may have noticed it first.
            if (generations.reload("bench").outcome() == Outcome.REFUSED) {
                throw new IllegalStateException(faults());
            }
        }
        RouteEdits.mustBe(
                RouteEdits.await(() -> generations.status().draining().isEmpty(), PATIENCE), "no generation drains");
    }

    Footprint footprint() throws InterruptedException {
        upstream.forget();
        return Footprint.now(service.bean(io.micrometer.core.instrument.MeterRegistry.class));
    }

    @Override
    public void close() throws Exception {
        for (DoorLoad door : doors) {
            door.close();
        }
        service.close();
        upstream.close();
    }
}
