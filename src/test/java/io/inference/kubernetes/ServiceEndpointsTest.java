package io.inference.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.kubernetes.KubernetesConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ServiceEndpointsTest {
    private static final URI MODELS = URI.create("kubernetes://models:8000/v1");

    private final CamelContext context = new DefaultCamelContext();
    private final ServiceEndpoints endpoints = new ServiceEndpoints();
    private int changes;

    /** As the API server sends one. */
    private static String slice(String name, String service, String version, String... endpoints) {
        return """
                {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                 "metadata": {"name": "%s", "resourceVersion": "%s", "labels": {"kubernetes.io/service-name": "%s"}},
                 "endpoints": [%s], "ports": [{"name": "http", "port": 8000, "protocol": "TCP"}]}
                """.formatted(name, version, service, String.join(", ", endpoints));
    }

    private static String endpoint(String address, String conditions) {
        return "{\"addresses\": [\"" + address + "\"], \"conditions\": {" + conditions + "}}";
    }

    private void watched(String action, String slice) {
        endpoints.onChange(() -> changes++);
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(slice);
        exchange.getMessage().setHeader(KubernetesConstants.KUBERNETES_CRD_EVENT_ACTION, action);
        endpoints.watched(exchange);
    }

    @Test
    void theReadyPodsOfAServiceAreItsAddresses() {
        watched(
                "ADDED",
                slice(
                        "models-a",
                        "models",
                        "1",
                        endpoint("10.0.0.2", "\"ready\": true"),
                        endpoint("10.0.0.1", ""),
                        endpoint("10.0.0.3", "\"ready\": false, \"serving\": true, \"terminating\": true")));
        watched("ADDED", slice("models-b", "models", "2", endpoint("fd00::1", "\"ready\": true")));
        watched("ADDED", slice("others-a", "others", "3", endpoint("10.0.0.9", "\"ready\": true")));

        assertThat(endpoints.of(MODELS, false))
                .containsExactly(
                        URI.create("http://10.0.0.1:8000/v1"),
                        URI.create("http://10.0.0.2:8000/v1"),
                        URI.create("http://[fd00::1]:8000/v1"));

        watched("DELETED", slice("models-a", "models", "4"));
        assertThat(endpoints.of(MODELS, true)).containsExactly(URI.create("https://[fd00::1]:8000/v1"));
        assertThat(changes).isEqualTo(4);
    }

    @Test
    void whatTheWatchMissedIsFoundByReading() throws Exception {
        watched("ADDED", slice("models-a", "models", "1", endpoint("10.0.0.1", "\"ready\": true")));
        watched("ADDED", slice("models-b", "models", "2", endpoint("10.0.0.2", "\"ready\": true")));
        Exchange exchange = new DefaultExchange(context);

        exchange.getMessage()
                .setBody(List.of(Serialization.unmarshal(
                        slice("models-a", "models", "5", endpoint("10.0.0.7", "\"ready\": true")),
                        GenericKubernetesResource.class)));
        endpoints.reread(exchange);

        assertThat(endpoints.of(MODELS, false)).containsExactly(URI.create("http://10.0.0.7:8000/v1"));
        assertThat(changes).isEqualTo(3);
    }
}
