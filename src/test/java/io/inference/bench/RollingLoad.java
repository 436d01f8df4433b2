package io.inference.bench;

import io.inference.ServiceProcess;
import io.inference.embedded.OwnRedis;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Replicas as processes of their own with one PostgreSQL, Redis and RabbitMQ, callers at every door, and rolling
 * updates as Kubernetes makes them with the chart's settings: a new replica gets connections once its readiness says
 * so, then an old one gets no new connections any more, and after the pause of {@code preStop} SIGTERM.
 */
public final class RollingLoad implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(250);
    /** Answers that each kind of caller gets before the next step. */
    private static final int SOME = 4;

    /** No less than {@link #PATIENCE}: streams are held meanwhile. */
    private static final int GRACE_SECONDS = 60;
    /** What the chart adds to SHUTDOWN_GRACE. */
    private static final int MORE_SECONDS = 20;

    private final EchoUpstream upstream = new EchoUpstream();
    private final ServiceAddress rest = new ServiceAddress();
    private final ServiceAddress grpc = new ServiceAddress();
    private final List<Replica> replicas = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<DoorLoad> doors = new ArrayList<>();
    private final Path folder;
    private final OwnRedis redis;
    private final List<String> options;
    private final AmqpLoad amqp;
    private final Callers callers;
    private int started;

    private record Replica(ServiceProcess process, String url, int grpcPort) {
        int port() {
            return URI.create(url).getPort();
        }
    }

    /**
     * @param folder for the files of the servers and replicas
     * @param count of replicas
     * @param callersOfEach door and kind
     */
    public RollingLoad(Path folder, int count, int callersOfEach) throws Exception {
        this.folder = folder;
        redis = new OwnRedis(folder.resolve("redis"));
        SharedRabbit.clear();
        options = new ArrayList<>(SharedPostgres.freshOptions("rolling_load"));
        options.addAll(redis.options());
        options.addAll(SharedRabbit.options());
        options.add("--shutdown-grace=" + GRACE_SECONDS + "s");
        options.add("--inference-services-openai-base-url=" + upstream.url() + "/v1");
        List<ServiceProcess> processes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            processes.add(launch());
        }
        for (ServiceProcess process : processes) {
            admit(process);
        }
        String url = "http://127.0.0.1:" + rest.port();
        doors.add(new RestLoad(url));
        doors.add(new GrpcLoad(grpc.port()));
        amqp = new AmqpLoad();
        doors.add(amqp);
        doors.add(new JobLoad(url));
        callers = new Callers(doors, callersOfEach, callersOfEach, PAUSE);
    }

    private ServiceProcess launch() throws Exception {
        // Kept after the test, since it alone shows what a replica was doing.
        Path log = Path.of("target", "rolling-" + ++started + ".log");
        Files.deleteIfExists(log);
        List<String> all = new ArrayList<>(options);
        all.add("--data-dir=" + folder.resolve("data-" + started));
        return ServiceProcess.start(log, all);
    }

    private void admit(ServiceProcess process) throws Exception {
        Replica replica = new Replica(process, process.awaitUrl(), process.awaitGrpcPort());
        replicas.add(replica);
        RouteEdits.mustBe(RouteEdits.await(() -> isReady(replica), PATIENCE), replica.url() + " is ready");
        rest.add(replica.port());
        grpc.add(replica.grpcPort());
    }

    /** What the chart's readiness probe asks. */
    private static boolean isReady(Replica replica) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest probe = HttpRequest.newBuilder(URI.create(replica.url() + "/health"))
                    .build();
            return client.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (java.io.IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public void startCallers() {
        callers.start();
    }

    /** Replaces every replica, one after the other. Every second one has long streams in progress when it ends. */
    public void update() throws Exception {
        boolean withStreams = false;
        for (Replica old : List.copyOf(replicas)) {
            withStreams = !withStreams;
            admit(launch());
            List<CompletableFuture<Void>> streams = withStreams ? holdStreams(old) : List.of();
            rest.remove(old.port());
            grpc.remove(old.grpcPort());
            replicas.remove(old);
            awaitAnswers();
            end(old, streams);
        }
    }

    private void end(Replica old, List<CompletableFuture<Void>> streams) throws Exception {
        Duration longest = Duration.ofSeconds(GRACE_SECONDS + MORE_SECONDS);
        CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> {
            try {
                return old.process().stop(longest);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // Callers go on while it finishes.
        awaitAnswers();
        if (!streams.isEmpty() && ended.isDone()) {
            failures.add("a replica ended although streams were in progress");
        }
        upstream.release();
        for (CompletableFuture<Void> stream : streams) {
            stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        int status = ended.get(2 * longest.toSeconds(), TimeUnit.SECONDS);
        if (status != 128 + 15) {
            failures.add("a replica ended with " + status);
        }
    }

    /** Streams that have begun at that replica, and go on when they are released. */
    private List<CompletableFuture<Void>> holdStreams(Replica replica) throws Exception {
        List<CompletableFuture<Void>> streams = new ArrayList<>();
        for (DoorLoad door : List.of(new RestLoad(replica.url()), new GrpcLoad(replica.grpcPort()))) {
            String question = "held-" + door.name() + "-" + replica.port();
            streams.add(CompletableFuture.runAsync(() -> {
                try (door) {
                    String answer = door.stream(question);
                    if (!answer.equals(EchoUpstream.answerTo(question))) {
                        failures.add("not the whole answer to " + question + ": " + answer);
                    }
                } catch (Exception e) {
                    failures.add(question + ": " + e);
                }
            }));
        }
        RouteEdits.mustBe(
                RouteEdits.await(() -> upstream.held() == streams.size(), PATIENCE), "streams are in progress");
        return streams;
    }

    /** Waits until every kind of caller has a number of further answers. */
    private void awaitAnswers() throws Exception {
        Map<String, Long> before = answers();
        RouteEdits.mustBe(
                RouteEdits.await(
                        () -> answers().entrySet().stream()
                                .allMatch(now -> now.getValue() >= before.get(now.getKey()) + SOME),
                        PATIENCE),
                "all callers get answers: " + before + ", now " + answers() + ", " + failures());
    }

    /** Waits for the end of every call in progress. */
    public void stopCallers() throws Exception {
        callers.stop();
    }

    /** Answers so far, by door and kind. */
    public Map<String, Long> answers() {
        return callers.answers();
    }

    /** Failed calls, incomplete answers, messages lost or doubled, and calls that ran twice. */
    public List<String> failures() {
        List<String> all = new ArrayList<>(failures);
        all.addAll(callers.failures());
        upstream.askedTwice().forEach(question -> all.add("ran twice: " + question));
        if (amqp.sentAgain() > 0) {
            all.add(amqp.sentAgain() + " messages came twice");
        }
        return all;
    }

    @Override
    public void close() throws Exception {
        for (DoorLoad door : doors) {
            door.close();
        }
        for (Replica replica : replicas) {
            replica.process().kill();
        }
        rest.close();
        grpc.close();
        upstream.close();
        redis.close();
    }
}
