package io.inference.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kubernetes.KubernetesConstants;

/**
 * Reports that the route {@code report-to-cluster} makes: of each ConfigMap the newest, if this replica is the leader
 * and the ConfigMap does not say so yet. Each replica has its own, so that one that becomes the leader makes what the
 * one before it did not. Thread-safe.
 */
final class Reports {
    /** What Kubernetes parses: six digits of a second. */
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX").withZone(ZoneOffset.UTC);

    private static final int LONGEST_NOTE = 1_024;
    private static final String SERVICE = "inference-service";

    private final KubernetesClient client;
    private final String namespace;
    private final String replica;
    private final BooleanSupplier leader;
    private final Map<String, Report> newest = new HashMap<>();
    private final Map<String, ConfigMap> seen = new HashMap<>();

    /** @param replica name of this one, for operators */
    Reports(KubernetesClient client, String namespace, String replica, BooleanSupplier leader) {
        this.client = client;
        this.namespace = namespace;
        this.replica = replica;
        this.leader = leader;
    }

    synchronized void put(Report report) {
        newest.put(report.configMap(), report);
    }

    /** Notes a ConfigMap as it is now. */
    synchronized void seen(ConfigMap map) {
        seen.put(map.getMetadata().getName(), map);
    }

    /** Sets the body to the list of reports to make. */
    void due(Exchange exchange) {
        exchange.getMessage().setBody(leader.getAsBoolean() ? due() : List.of());
    }

    private synchronized List<Report> due() {
        return newest.values().stream()
                .filter(report -> {
                    ConfigMap map = seen.get(report.configMap());
                    return map != null && !report.isIn(map);
                })
                .toList();
    }

    /**
     * Writes the annotations, which needs a patch: Camel's producer replaces the whole ConfigMap, and with it what an
     * operator has changed meanwhile. Then prepares the Event.
     */
    void annotate(Exchange exchange) {
        Report report = exchange.getMessage().getBody(Report.class);
        String now = MICROS.format(Instant.now());
        SortedMap<String, String> annotations = report.annotations();
        annotations.put("inference.io/reported-by", replica);
        annotations.put("inference.io/reported-at", now);
        ConfigMap map = client.configMaps()
                .inNamespace(namespace)
                .withName(report.configMap())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        Serialization.asJson(Map.of("metadata", Map.of("annotations", annotations))));
        exchange.setProperty("patched", map);
        Message message = exchange.getMessage();
        message.setHeader(KubernetesConstants.KUBERNETES_NAMESPACE_NAME, namespace);
        message.setHeader(
                KubernetesConstants.KUBERNETES_EVENT_NAME,
                report.configMap() + "." + Long.toHexString(System.currentTimeMillis() * 1_000 + serial()));
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_TIME, now);
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_TYPE, report.warning() ? "Warning" : "Normal");
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_REASON, report.reason());
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_NOTE, Report.cut(report.note(), LONGEST_NOTE));
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_ACTION_PRODUCER, "Read");
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_REPORTING_CONTROLLER, SERVICE);
        message.setHeader(KubernetesConstants.KUBERNETES_EVENT_REPORTING_INSTANCE, Report.cut(replica, 128));
        message.setHeader(
                KubernetesConstants.KUBERNETES_EVENT_REGARDING,
                new ObjectReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withNamespace(namespace)
                        .withName(report.configMap())
                        .withUid(map.getMetadata().getUid())
                        .build());
    }

    private static long serial() {
        return Math.floorMod(System.nanoTime(), 1_000L);
    }

    /** Notes that the report is made. */
    void made(Exchange exchange) {
        seen(exchange.getProperty("patched", ConfigMap.class));
    }
}
