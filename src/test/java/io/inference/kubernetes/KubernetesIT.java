package io.inference.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.inference.RunningService;
import io.inference.config.Settings;
import io.inference.routes.generation.RouteGenerations;
import io.inference.routes.status.RouteChange;
import io.inference.routes.status.RoutesStatus;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The routes of the service context that watch a cluster, against an API server that keeps what it is sent. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubernetesIT {
    private static final String ROUTES = "inference-routes";
    private static final String SETTINGS = "inference-config";
    private static final StubServer MODELS = new StubServer((request, connection) -> connection.whole(
            200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\"}]}"));
    private static final TestCluster CLUSTER = new TestCluster();

    @TempDir
    private static Path folder;

    private static RunningService service;
    private static Map<String, String> files;

    @BeforeAll
    static void start() throws IOException {
        files = new TreeMap<>(TestCluster.routes());
        CLUSTER.put(ROUTES, files);
        CLUSTER.put(SETTINGS, Map.of("LOG_LEVEL", "info"));
        CLUSTER.endpoints("models", Map.of("127.0.0.1", true));
        service = startService();
        // The Event comes after the annotations.
        await().until(() -> !CLUSTER.events(ROUTES).isEmpty());
    }

    private static RunningService startService() throws IOException {
        return RunningService.start(
                "--kubernetes-enabled=true",
                "--kubeconfig=" + CLUSTER.kubeconfig(folder),
                "--kubernetes-routes-configmap=" + ROUTES,
                "--backends-file=" + backends());
    }

    private static Path backends() throws IOException {
        return Files.writeString(
                folder.resolve("backends.yaml"), """
                backends:
                  - name: pods
                    kind: openai
                    urls: ["kubernetes://models:%d/v1"]
                    health: {every: 1s}
                """.formatted(MODELS.url().getPort()));
    }

    @AfterAll
    static void stop() {
        service.close();
        CLUSTER.close();
        MODELS.close();
    }

    private static RoutesStatus status(RunningService of) {
        return of.bean(RouteGenerations.class).status();
    }

    private static List<String> reasons(String configMap) {
        return CLUSTER.events(configMap).stream().map(Event::getReason).toList();
    }

    private static void putPing(String description, String step) {
        files.put("ping.camel.yaml", PingRoute.file(description, step));
        CLUSTER.put(ROUTES, files);
    }

    @Test
    @Order(1)
    void aChangeOfTheRoutesServesAtOnceAndIsReportedOnce() {
        int before = status(service).serving().number();
        int events = CLUSTER.events(ROUTES).size();

        putPing("The first.", "log");
        Instant put = Instant.now();

        await().until(() -> status(service).serving().number() > before);
        RouteChange change = status(service).changes().getFirst();
        // Milliseconds, unless the machine is busy; without the watch, it would be up to ten seconds.
        assertThat(change.at().minusMillis(change.tookMillis())).isBefore(put.plusSeconds(3));
        await().until(() -> CLUSTER.annotation(ROUTES, "hash")
                .equals(status(service).serving().hash()));
        assertThat(CLUSTER.annotation(ROUTES, "outcome")).isEqualTo("committed");
        assertThat(CLUSTER.annotation(ROUTES, "generation"))
                .isEqualTo(String.valueOf(status(service).serving().number()));
        await().until(() -> CLUSTER.events(ROUTES).size() > events);
        // Its own annotations are a change of the ConfigMap, too.
        await().during(Duration.ofSeconds(2))
                .until(() -> CLUSTER.events(ROUTES).size() == events + 1
                        && status(service).serving().number() == before + 1);
        // The folder, which still has the routes of the start, changes nothing back.
        assertThat(service.bean(RouteGenerations.class).file("ping.camel.yaml", false))
                .isPresent();
    }

    @Test
    @Order(2)
    void faultyRoutesAreReportedWithTheirFaultsAndThoseBeforeServe() {
        RoutesStatus.Generation serving = status(service).serving();

        putPing("With a fault.", "lgo");

        await().until(() -> CLUSTER.annotation(ROUTES, "outcome").equals("refused"));
        assertThat(CLUSTER.annotation(ROUTES, "faults"))
                .contains("ping.camel.yaml:")
                .contains("lgo");
        assertThat(status(service).serving().number()).isEqualTo(serving.number());
        await().until(() -> reasons(ROUTES).contains("RoutesRefused"));
        Event event = CLUSTER.events(ROUTES).stream()
                .filter(each -> each.getReason().equals("RoutesRefused"))
                .findFirst()
                .orElseThrow();
        assertThat(event.getType()).isEqualTo("Warning");
        assertThat(event.getNote()).contains("generation " + serving.number() + " goes on", "ping.camel.yaml:");

        putPing("Without it.", "log");

        await().until(() -> CLUSTER.annotation(ROUTES, "outcome").equals("committed"));
        assertThat(CLUSTER.annotation(ROUTES, "faults")).isEmpty();
    }

    @Test
    @Order(3)
    void settingsTakeEffectOrNeedARestartAndNoSecretIsShown() {
        Logger logger = (Logger) LoggerFactory.getLogger("io.inference");

        CLUSTER.put(
                SETTINGS,
                Map.of(
                        "LOG_LEVEL", "debug",
                        "RATE_LIMIT_STREAMS", "7",
                        "JOB_CONCURRENCY", "3",
                        "GRPC_API_KEY", "top-secret"));

        await().until(() -> logger.getLevel() == Level.DEBUG);
        await().until(() -> CLUSTER.annotation(SETTINGS, "needs-restart").equals("GRPC_API_KEY,JOB_CONCURRENCY"));
        assertThat(CLUSTER.annotation(SETTINGS, "applied")).isEqualTo("LOG_LEVEL,RATE_LIMIT_STREAMS");
        assertThat(service.bean(Settings.class).whole("rate-limit-streams")).isEqualTo(7);
        await().until(() -> reasons(SETTINGS).contains("NeedsRestart"));
        assertThat(CLUSTER.configMap(SETTINGS).getMetadata().getAnnotations().toString())
                .doesNotContain("top-secret");
        assertThat(CLUSTER.events(SETTINGS).toString()).doesNotContain("top-secret");

        CLUSTER.put(SETTINGS, Map.of("LOG_LEVEL", "info", "RATE_LIMIT_STREAMS", "many"));

        await().until(() -> CLUSTER.annotation(SETTINGS, "faults").contains("RATE_LIMIT_STREAMS: 'many' is not"));
        assertThat(CLUSTER.annotation(SETTINGS, "needs-restart")).isEmpty();
        assertThat(logger.getLevel()).isEqualTo(Level.INFO);
        assertThat(service.bean(Settings.class).whole("rate-limit-streams")).isEqualTo(7);
    }

    @Test
    @Order(4)
    void podsOfAServiceAreReplicasWithoutAnotherGeneration() {
        int generation = status(service).serving().number();
        String first = "http://127.0.0.1:" + MODELS.url().getPort() + "/v1";
        await().until(() ->
                pods().urls().equals(List.of(first)) && pods().health().equals("available"));

        CLUSTER.endpoints("models", new TreeMap<>(Map.of("127.0.0.1", true, "127.0.0.2", true)));
        await().until(() -> pods().urls().size() == 2);

        CLUSTER.endpoints("models", new TreeMap<>(Map.of("127.0.0.1", false, "127.0.0.2", true)));
        await().until(() -> pods().urls().equals(List.of(first.replace("127.0.0.1", "127.0.0.2"))));
        assertThat(status(service).serving().number()).isEqualTo(generation);
    }

    private static RoutesStatus.BackendView pods() {
        return status(service).serving().backends().stream()
                .filter(backend -> backend.name().equals("pods"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(5)
    void theSecondServiceReportsOnceTheFirstHasStopped() throws IOException {
        try (RunningService second = startService()) {
            assertThat(service.bean(Leadership.class).isLeader()).isTrue();
            putPing("For both.", "log");
            await().until(() -> status(second).serving().hash().equals(CLUSTER.annotation(ROUTES, "hash")));
            assertThat(second.bean(Leadership.class).isLeader()).isFalse();
            service.close();

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> second.bean(Leadership.class).isLeader());

            String before = status(second).serving().hash();
            putPing("For the second.", "log");
            await().until(() -> !status(second).serving().hash().equals(before));
            await().until(() -> CLUSTER.annotation(ROUTES, "hash")
                    .equals(status(second).serving().hash()));
        }
    }
}
