package io.inference.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** An API server that keeps what it is sent, and access to it as a kubeconfig. */
final class TestCluster implements AutoCloseable {
    static final String NAMESPACE = "test";

    /** It logs each request otherwise; kept, since loggers that nothing refers to are forgotten. */
    private static final Logger LOGGER = Logger.getLogger("io.fabric8.mockwebserver");

    static {
        LOGGER.setLevel(Level.WARNING);
    }

    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
    private final NamespacedKubernetesClient client;

    TestCluster() {
        server.init();
        client = server.createClient().inNamespace(NAMESPACE);
    }

    NamespacedKubernetesClient client() {
        return client;
    }

    /** Access for a service. */
    Path kubeconfig(Path folder) throws IOException {
        return Files.writeString(folder.resolve("kubeconfig"), """
                        apiVersion: v1
                        kind: Config
                        clusters:
                          - name: test
                            cluster:
                              server: %s
                        contexts:
                          - name: test
                            context:
                              cluster: test
                              user: test
                              namespace: %s
                        users:
                          - name: test
                            user:
                              token: secret-token
                        current-context: test
                        """.formatted(server.url("/"), NAMESPACE));
    }

    ConfigMap configMap(String name) {
        return client.configMaps().withName(name).get();
    }

    /** Creates it, or replaces its data. */
    void put(String name, Map<String, String> data) {
        if (configMap(name) == null) {
            client.configMaps()
                    .resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .withData(data)
                            .build())
                    .create();
        } else {
            client.configMaps()
                    .withName(name)
                    .edit(map -> new ConfigMapBuilder(map).withData(data).build());
        }
    }

    /** Creates the EndpointSlice of a Service, or replaces it. */
    void endpoints(String service, Map<String, Boolean> readyByAddress) {
        List<Endpoint> endpoints = readyByAddress.entrySet().stream()
                .map(pod -> new EndpointBuilder()
                        .withAddresses(pod.getKey())
                        .withNewConditions()
                        .withReady(pod.getValue())
                        .endConditions()
                        .build())
                .toList();
        EndpointSlice slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(service + "-1")
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType("IPv4")
                .withEndpoints(endpoints)
                .build();
        client.discovery().v1().endpointSlices().resource(slice).createOr(NonDeletingOperation::update);
    }

    /** The annotation of this service. */
    String annotation(String configMap, String name) {
        Map<String, String> annotations = configMap(configMap).getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault("inference.io/" + name, "");
    }

    List<Event> events(String configMap) {
        return client.events().v1().events().list().getItems().stream()
                .filter(event -> event.getRegarding().getName().equals(configMap))
                .toList();
    }

    /** The route files of the repository. */
    static Map<String, String> routes() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (var files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".camel.yaml"))
                    .toList()) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return texts;
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
