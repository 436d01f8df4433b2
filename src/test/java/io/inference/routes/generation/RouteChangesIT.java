package io.inference.routes.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.StubOpenAi;
import io.inference.routes.HelloRoute;
import io.inference.routes.door.RouteFault;
import io.inference.routes.status.RouteChange;
import io.inference.routes.status.RouteChange.Outcome;
import io.inference.routes.status.RoutesStatus;
import io.inference.stub.StubServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.event.EventListener;

/** The effects of changes in the folder, and their reports. */
class RouteChangesIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @TempDir
    Path data;

    private Path routes;
    private RunningService service;
    private RouteGenerations generations;

    @BeforeEach
    void copyRoutes() throws Exception {
        routes = Files.createDirectory(folder.resolve("routes"));
        HelloRoute.copyRoutes(routes);
    }

    @AfterEach
    void stop() {
        if (service != null) {
            service.close();
        }
    }

    /** Is notified of every change, as a bean of the service would be. */
    public static class Listener {
        final List<RouteChange> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void changed(RouteChange change) {
            heard.add(change);
        }
    }

    @Test
    void aFileThatAnEditorMovesIntoPlaceIsSeen() throws Exception {
        start();
        Path beside = Files.writeString(routes.resolve(".hello.swp"), HelloRoute.of("hello", "moved"));
        Files.move(beside, routes.resolve(HelloRoute.FILE), StandardCopyOption.ATOMIC_MOVE);
        awaitText("moved");
    }

    @Test
    void aFolderThatVanishesForAMomentIsNoChangeAndOneThatStaysAwayIsTold() throws Exception {
        start();
        Path away = folder.resolve("away");
        Files.move(routes, away);
        Files.move(away, routes);
        HelloRoute.write(routes, "one");
        awaitText("one");
        assertThat(outcomes()).doesNotContain(Outcome.REFUSED);

        Files.move(routes, away);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(generations.status().faults().toString())
                        .contains("'" + routes + "' (ROUTES_DIR) cannot be read"));
        assertThat(text()).isEqualTo("one");
        Files.move(away, routes);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(generations.status().degraded()).isFalse());
        assertThat(outcomes()).startsWith(Outcome.UNCHANGED, Outcome.REFUSED);
    }

    @Test
    void aFileThatIsNoTextIsTold() throws Exception {
        start();
        Path file = routes.resolve(HelloRoute.FILE);
        Files.write(file, "- route: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(generations.status().faults())
                        .containsExactly(new RouteFault(HelloRoute.FILE, 0, "", "it is no text in UTF-8")));
        Files.delete(file);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(generations.status().degraded()).isFalse());
    }

    @Test
    void aChangeWaitsWhileTooManyGenerationsDrainAndSaysSo() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (StubServer upstream = StubOpenAi.with((request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk(StubOpenAi.event(true, "one"));
            goOn.await();
            connection.chunk(StubOpenAi.event(true, "two"));
            connection.chunk("data: [DONE]\n\n");
            connection.end();
        })) {
            start("--routes-max-draining=1", "--inference-services-openai-base-url=" + upstream.url() + "/v1");
            try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
                var stream = caller.stub().chatStream(GrpcCaller.ASK);
                assertThat(stream.next().getDelta().getContent()).isEqualTo("one");
                HelloRoute.write(routes, "first");
                awaitText("first");
                HelloRoute.write(routes, "second");
                await().atMost(SOON)
                        .untilAsserted(
                                () -> assertThat(generations.status().waiting()).isTrue());
                assertThat(generations.status().draining()).containsExactly(new RoutesStatus.Draining(1, 1));
                assertThat(text()).isEqualTo("first");

                goOn.countDown();
                assertThat(stream.next().getDelta().getContent()).isEqualTo("two");
                stream.forEachRemaining(rest -> {});
                awaitText("second");
                assertThat(generations.status().waiting()).isFalse();
            }
        }
    }

    @Test
    void everyOutcomeIsCountedToldAndKeptWithWhoAndWhat() throws Exception {
        start("--routes-commit=manual", "--spring.main.sources=" + Listener.class.getName());
        HelloRoute.write(routes, "one");
        assertThat(generations.reload("alice").outcome()).isEqualTo(Outcome.WAITING);
        assertThat(generations.discard("bob").outcome()).isEqualTo(Outcome.DISCARDED);
        generations.reload("alice");
        assertThat(generations.commit("bob").outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(generations.reload("alice").outcome()).isEqualTo(Outcome.UNCHANGED);
        Files.writeString(routes.resolve(HelloRoute.FILE), "- route: [");
        assertThat(generations.reload("alice").outcome()).isEqualTo(Outcome.REFUSED);
        RouteChange back = generations.rollback("carol");
        assertThat(back.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(back.who()).isEqualTo("carol");
        assertThat(back.files()).containsExactly(HelloRoute.FILE);
        assertThat(back.diff()).contains("--- " + HelloRoute.FILE, "+++ /dev/null", "-        - setBody:");
        assertThatThrownBy(() -> generations.rollback("carol"))
                .isInstanceOf(NoCandidateException.class)
                .hasMessageContaining("no earlier set");
        assertThat(generations.status().changes()).first().isEqualTo(back);

        List<RouteChange> heard = service.bean(Listener.class).heard;
        MeterRegistry meters = service.bean(MeterRegistry.class);
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.RESTORED) {
                assertThat(heard).extracting(RouteChange::outcome).contains(outcome);
                double counted = meters.counter(
                                "inference.routes.changes",
                                "outcome",
                                outcome.name().toLowerCase(Locale.ROOT))
                        .count();
                assertThat(counted).as("%s", outcome).isPositive();
            }
        }
    }

    /**
     * The watcher looks every 200 ms: after the time in which it would see another change, it would have undone the
     * rollback.
     */
    @Test
    void aRollbackRightAfterAReloadIsNotUndoneByTheFolder() throws Exception {
        start();
        HelloRoute.write(routes, "one");
        generations.reload("alice");
        HelloRoute.write(routes, "two");
        generations.reload("alice");
        generations.rollback("alice");
        await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> text().equals("one"));
        HelloRoute.write(routes, "three");
        awaitText("three");
    }

    @Test
    void theLastTwentyChangesAreKept() throws Exception {
        start();
        for (int i = 0; i < 25; i++) {
            generations.reload("caller " + i);
        }
        assertThat(generations.status().changes()).hasSize(20);
        assertThat(generations.status().changes().getFirst().who()).isEqualTo("caller 24");
    }

    private void start(String... options) {
        service = RunningService.start(Stream.concat(
                        Stream.concat(
                                SharedPostgres.options().stream(),
                                Stream.of("--routes-dir=" + routes, "--data-dir=" + data)),
                        Stream.of(options))
                .toArray(String[]::new));
        generations = service.bean(RouteGenerations.class);
    }

    private List<Outcome> outcomes() {
        return generations.status().changes().stream().map(RouteChange::outcome).toList();
    }

    private void awaitText(String text) {
        await().atMost(SOON).untilAsserted(() -> assertThat(text()).isEqualTo(text));
    }

    /** The answer of the serving generation. */
    private String text() {
        return generations
                .file(HelloRoute.FILE, false)
                .map(file -> file.substring(file.lastIndexOf("expression: ") + "expression: ".length())
                        .strip())
                .orElse("");
    }
}
