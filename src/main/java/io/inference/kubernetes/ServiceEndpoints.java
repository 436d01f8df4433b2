package io.inference.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.inference.backend.ServiceAddresses;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.kubernetes.KubernetesConstants;

/**
 * The EndpointSlices of the namespace, as the routes {@code watch-endpoints} and {@code reread-endpoints} bring them. A
 * pod that is not ready, or ends, is in none of the addresses. While the cluster cannot be reached, the last ones stay.
 */
final class ServiceEndpoints implements ServiceAddresses {
    private static final String SERVICE = "kubernetes.io/service-name";
    private static final String WATCH = "watch-endpoints";

    private final Map<String, EndpointSlice> slices = new ConcurrentHashMap<>();
    private volatile Runnable onChange = () -> {};

    @Override
    public void onChange(Runnable task) {
        onChange = task;
    }

    @Override
    public List<URI> of(URI service, boolean tls) {
        return slices.values().stream()
                .filter(slice -> service.getHost().equals(service(slice)))
                .flatMap(slice -> slice.getEndpoints().stream())
                .filter(ServiceEndpoints::isReady)
                .flatMap(endpoint -> endpoint.getAddresses().stream().limit(1))
                .distinct()
                .sorted()
                .map(address -> URI.create((tls ? "https://" : "http://")
                        + (address.contains(":") ? "[" + address + "]" : address)
                        + ":" + service.getPort() + service.getRawPath()))
                .toList();
    }

    private static String service(EndpointSlice slice) {
        Map<String, String> labels = slice.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(SERVICE, "");
    }

    /** Kubernetes counts one whose state is unknown as ready. */
    private static boolean isReady(Endpoint endpoint) {
        return endpoint.getConditions() == null
                || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
    }

    /** What the watch brings: a slice as JSON. */
    void watched(Exchange exchange) {
        EndpointSlice slice = Serialization.unmarshal(exchange.getMessage().getBody(String.class), EndpointSlice.class);
        String action =
                String.valueOf(exchange.getMessage().getHeader(KubernetesConstants.KUBERNETES_CRD_EVENT_ACTION));
        String name = slice.getMetadata().getName();
        switch (action) {
            case "DELETED" -> slices.remove(name);
            case "ADDED", "MODIFIED" -> slices.put(name, slice);
            default -> {
                return;
            }
        }
        onChange.run();
    }

    /** All that there are. If they differ from what the watch brought, it is started again, since it may have ended. */
    void reread(Exchange exchange) throws Exception {
        Map<String, EndpointSlice> now = new ConcurrentHashMap<>();
        Collection<?> listed = exchange.getMessage().getBody(Collection.class);
        for (EndpointSlice slice : slices(listed)) {
            now.put(slice.getMetadata().getName(), slice);
        }
        if (versions(now).equals(versions(slices))) {
            return;
        }
        slices.keySet().retainAll(now.keySet());
        slices.putAll(now);
        onChange.run();
        exchange.getContext().getRouteController().stopRoute(WATCH);
        exchange.getContext().getRouteController().startRoute(WATCH);
    }

    private static Map<String, String> versions(Map<String, EndpointSlice> slices) {
        Map<String, String> versions = new HashMap<>();
        slices.forEach((name, slice) -> versions.put(name, slice.getMetadata().getResourceVersion()));
        return versions;
    }

    private static List<EndpointSlice> slices(Collection<?> listed) {
        return Stream.ofNullable(listed)
                .flatMap(Collection::stream)
                .map(each -> Serialization.unmarshal(Serialization.asJson(each), EndpointSlice.class))
                .toList();
    }
}
