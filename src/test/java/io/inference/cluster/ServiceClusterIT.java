package io.inference.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.inference.ServiceProcess;
import io.inference.cluster.RealCluster.Result;
import io.inference.embedded.SharedPostgres;
import io.inference.kubernetes.PingRoute;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes of the service outside a real API server, each with the rights that the chart gives to the service, and
 * nothing more.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServiceClusterIT {
    private static final String NAMESPACE = "serve";
    private static final String ROUTES = "inference-routes";
    private static final String SETTINGS = "inference-config";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String VALUES = """
            kubernetes: {enabled: true}
            persistence:
              generatedImages: {enabled: false}
              codeBase: {enabled: false}
            config:
              DB_HOST: postgresql.databases
              REDIS_ENABLED: false
              RABBITMQ_ENABLED: false
            """;

    private static final String BACKENDS = """
            backends:
              - name: pods
                kind: openai
                urls: ["kubernetes://models:8000/v1"]
            """;

    /** Servers of models, as an operator deploys them. */
    private static final String MODELS = """
            apiVersion: v1
            kind: Service
            metadata: {name: models}
            spec:
              clusterIP: None
              selector: {app: models}
              ports: [{name: http, port: 8000}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: models}
            spec:
              replicas: 2
              selector: {matchLabels: {app: models}}
              template:
                metadata: {labels: {app: models}}
                spec:
                  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
                  containers:
                    - name: models
                      image: models
                      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """;

    private static final RealCluster CLUSTER = RealCluster.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final List<Replica> REPLICAS = new ArrayList<>();

    @TempDir
    private static Path folder;

    private record Replica(String name, Path log, ServiceProcess process, String url) {
        JsonNode routes() throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/internal/routes"))
                    .header("X-API-Key", "internal")
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return JSON.readTree(
                    HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }

        int generation() throws IOException, InterruptedException {
            return routes().path("serving").path("number").asInt();
        }

        String hash() throws IOException, InterruptedException {
            return routes().path("serving").path("hash").asText();
        }

        List<String> addresses() throws IOException, InterruptedException {
            List<String> urls = new ArrayList<>();
            for (JsonNode backend : routes().path("serving").path("backends")) {
                if (backend.path("name").asText().equals("pods")) {
                    backend.path("urls").forEach(url -> urls.add(url.asText()));
                }
            }
            return urls;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        Path values = Files.writeString(folder.resolve("values.yaml"), VALUES);
        Result result = CLUSTER.run(
                "./deploy-inference.sh", "--namespace", NAMESPACE, "--values", values.toString(), "--no-test");
        assertThat(result.status()).as(result.output()).isZero();
        // The pods of the release do not run, so they take no part.
        Path access = CLUSTER.kubeconfigOf(NAMESPACE, "inference-service");
        Path backends = Files.writeString(folder.resolve("backends.yaml"), BACKENDS);
        List<String> options = new ArrayList<>(List.of(
                "--kubernetes-enabled=true",
                "--kubeconfig=" + access,
                "--kubernetes-routes-configmap=" + ROUTES,
                "--backends-file=" + backends,
                "--internal-api-key=internal",
                "--redis-enabled=false",
                "--rabbitmq-enabled=false"));
        options.addAll(SharedPostgres.freshOptions("cluster"));
        for (String name : List.of("replica-a", "replica-b")) {
            Path log = folder.resolve(name + ".log");
            ServiceProcess process = ServiceProcess.start(log, Map.of("HOSTNAME", name), options);
            REPLICAS.add(new Replica(name, log, process, process.awaitUrl()));
        }
    }

    @AfterAll
    static void stop() {
        REPLICAS.forEach(replica -> replica.process().close());
    }

    private static KubernetesClient client() {
        return CLUSTER.client();
    }

    private static ConfigMap map(String name) {
        return client().configMaps().inNamespace(NAMESPACE).withName(name).get();
    }

    private static String annotation(String configMap, String name) {
        return map(configMap).getMetadata().getAnnotations().getOrDefault("inference.io/" + name, "");
    }

    private static void edit(String configMap, String key, String text) {
        client().configMaps().inNamespace(NAMESPACE).withName(configMap).edit(map -> {
            Map<String, String> data = new TreeMap<>(map.getData());
            data.put(key, text);
            return new ConfigMapBuilder(map).withData(data).build();
        });
    }

    private static void editPing(String description, String step) {
        edit(ROUTES, "ping.camel.yaml", PingRoute.file(description, step));
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(20));
    }

    private static String events(String configMap) throws IOException {
        return CLUSTER.kubectl("-n", NAMESPACE, "events", "--for", "configmap/" + configMap);
    }

    @Test
    @Order(1)
    void editedRoutesServeAtBothReplicasAndTheClusterShowsIt() throws Exception {
        for (int edit = 1; edit <= 5; edit++) {
            String before = REPLICAS.getFirst().hash();
            editPing("Edit " + edit + ".", "log");
            Instant edited = Instant.now();
            // There is none until the first leader has reported.
            soon().until(() -> !List.of("", before).contains(annotation(ROUTES, "hash")));
            Instant reported = Instant.now();
            for (Replica replica : REPLICAS) {
                soon().until(() -> replica.hash().equals(annotation(ROUTES, "hash")));
                JsonNode change = replica.routes().path("changes").path(0);
                assertThat(change.path("who").asText()).isEqualTo("configmap");
                System.out.printf(
                        "%s: routes served %d ms after the API server had them, %d ms of it checks and start%n",
                        replica.name(),
                        Duration.between(edited, Instant.parse(change.path("at").asText()))
                                .toMillis(),
                        change.path("tookMillis").asLong());
            }
            System.out.printf(
                    "annotated after %d ms%n",
                    Duration.between(edited, reported).toMillis());
        }
        assertThat(annotation(ROUTES, "outcome")).isEqualTo("committed");
        soon().until(() -> events(ROUTES).contains("generation 6"));
    }

    @Test
    @Order(2)
    void brokenRoutesAreReportedAndThoseBeforeServe() throws Exception {
        String hash = REPLICAS.getFirst().hash();

        editPing("With a fault.", "lgo");

        soon().until(() -> annotation(ROUTES, "outcome").equals("refused"));
        assertThat(annotation(ROUTES, "faults")).contains("ping.camel.yaml:", "lgo");
        for (Replica replica : REPLICAS) {
            soon().until(() -> !replica.routes().path("faults").isEmpty());
            assertThat(replica.hash()).isEqualTo(hash);
        }
        soon().until(() -> events(ROUTES).contains("RoutesRefused"));
        assertThat(events(ROUTES)).containsPattern("Warning +RoutesRefused").contains("goes on: ping.camel.yaml:");

        editPing("Without it.", "log");

        soon().until(() -> annotation(ROUTES, "outcome").equals("committed"));
        assertThat(annotation(ROUTES, "faults")).isEmpty();
    }

    @Test
    @Order(3)
    void settingsTakeEffectOrNeedARestart() throws Exception {
        edit(SETTINGS, "LOG_LEVEL", "debug");

        soon().until(() -> annotation(SETTINGS, "applied").equals("LOG_LEVEL"));
        assertThat(annotation(SETTINGS, "needs-restart")).contains("DATA_DIR");
        soon().until(() -> events(SETTINGS).contains("NeedsRestart"));

        edit(SETTINGS, "LOG_LEVEL", "info");
    }

    @Test
    @Order(4)
    void podsBehindAHeadlessServiceAreReplicasOfABackend() throws Exception {
        Path manifest = Files.writeString(folder.resolve("models.yaml"), MODELS);
        CLUSTER.kubectl("-n", NAMESPACE, "apply", "-f", manifest.toString());

        for (Replica replica : REPLICAS) {
            soon().until(() -> replica.addresses().size() == 2);
            assertThat(replica.addresses()).allMatch(url -> url.matches("http://10\\.[0-9.]+:8000/v1"));
        }
        int generation = REPLICAS.getFirst().generation();

        CLUSTER.kubectl("-n", NAMESPACE, "scale", "deployment/models", "--replicas=1");

        for (Replica replica : REPLICAS) {
            soon().until(() -> replica.addresses().size() == 1);
        }
        assertThat(REPLICAS.getFirst().generation()).isEqualTo(generation);
    }

    private static String holder() {
        return client().leases()
                .inNamespace(NAMESPACE)
                .withName("inference-service")
                .get()
                .getSpec()
                .getHolderIdentity();
    }

    @Test
    @Order(5)
    void theOtherReplicaReportsOnceTheLeaderIsGone() throws Exception {
        Replica leader = REPLICAS.stream()
                .filter(each -> holder().startsWith(each.name() + "_"))
                .findFirst()
                .orElseThrow();
        Replica other =
                REPLICAS.stream().filter(each -> each != leader).findFirst().orElseThrow();
        assertThat(annotation(ROUTES, "reported-by")).isEqualTo(leader.name());

        leader.process().kill();
        Instant killed = Instant.now();
        editPing("While nobody leads.", "log");

        soon().until(() -> holder().startsWith(other.name() + "_"));
        System.out.printf(
                "fail-over in %d ms%n", Duration.between(killed, Instant.now()).toMillis());
        soon().until(() -> annotation(ROUTES, "reported-by").equals(other.name()));
        assertThat(annotation(ROUTES, "hash")).isEqualTo(other.hash());
        assertThat(annotation(ROUTES, "outcome")).isEqualTo("committed");
    }

    @Test
    @Order(6)
    void theLastReplicaGivesTheLeaseUpAndNoneLackedARight() throws Exception {
        Replica last = REPLICAS.stream()
                .filter(each -> each.process().isAlive())
                .findFirst()
                .orElseThrow();

        last.process().close();

        assertThat(holder()).isNullOrEmpty();
        // Each has read all that it reads now and then: the fail-over takes longer than that.
        for (Replica replica : REPLICAS) {
            assertThat(Files.readString(replica.log())).doesNotContain("forbidden", "cannot be done");
        }
    }
}
