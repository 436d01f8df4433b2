package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.config.KnownSettings;
import io.inference.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every installation of {@code ci/}. */
class ChartObjectsTest {
    private static final Set<String> OUTSIDE = Set.of("Ingress", "HTTPRoute");
    private static final Pattern METRIC = Pattern.compile("\\b(?:gen_ai|inference)_[a-z_]+");
    private static final Pattern METER = Pattern.compile("\"((?:gen_ai|inference)\\.[a-z_.]+)\"");
    private static final Pattern COUNTER =
            Pattern.compile("(?:Counter\\.builder|registry\\s*\\.counter)\\(\\s*\"([a-z_.]+)\"");
    private static final int PRE_STOP_AND_MARGIN = 15;

    static List<String> scenarios() {
        return Chart.scenarios();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void objectsAreWhatKubernetesAccepts(String scenario) {
        Chart chart = Chart.scenario(scenario);
        assertThat(chart.objects()).flatExtracting(ObjectSchemas::faults).isEmpty();
        assertThat(chart.objects()).flatExtracting(object -> nulls("", object)).isEmpty();
        assertThat(chart.objects())
                .extracting(object -> object.path("kind").asText() + " " + Chart.name(object))
                .doesNotHaveDuplicates();
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsAFault() {
        ObjectNode deployment = Chart.scenario(Chart.DEFAULTS).deployment().deepCopy();
        ((ObjectNode) deployment.at("/spec/template/spec")).put("enableServiceLink", false);
        assertThat(ObjectSchemas.faults(deployment)).singleElement().asString().contains("enableServiceLink");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyPodIsRestricted(String scenario) {
        for (JsonNode pod : Chart.scenario(scenario).pods()) {
            JsonNode security = pod.path("securityContext");
            assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
            assertThat(security.path("runAsUser").asInt()).isGreaterThan(10000);
            assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
            assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
            assertThat(pod.path("hostNetwork").isMissingNode()).isTrue();
            for (JsonNode container : Chart.containers(pod)) {
                JsonNode own = container.path("securityContext");
                assertThat(own.path("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(own.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
                assertThat(own.path("privileged").asBoolean()).isFalse();
                assertThat(own.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
                assertThat(own.at("/capabilities/add").isMissingNode()).isTrue();
                for (String kind : List.of("requests", "limits")) {
                    assertThat(container.at("/resources/" + kind).propertyStream())
                            .extracting(Map.Entry::getKey)
                            .contains("cpu", "memory", "ephemeral-storage");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void onlyThePodOfAServiceThatWatchesTheClusterHasAToken(String scenario) {
        Chart chart = Chart.scenario(scenario);
        boolean watches = !chart.ofKind("Role").isEmpty();
        assertThat(chart.deployment()
                        .at("/spec/template/spec/automountServiceAccountToken")
                        .asBoolean(true))
                .isEqualTo(watches);
        assertThat(chart.pods())
                .filteredOn(pod -> pod.path("automountServiceAccountToken").asBoolean(true))
                .hasSize(watches ? 1 : 0);
        assertThat(chart.ofKind("ClusterRole")).isEmpty();
        assertThat(chart.ofKind("ServiceAccount"))
                .allSatisfy(account -> assertThat(
                                account.path("automountServiceAccountToken").asBoolean(true))
                        .isFalse());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void whatLeadsInFromOutsideNamesRestAlone(String scenario) {
        Chart chart = Chart.scenario(scenario);
        int rest = port(chart, "http");
        for (JsonNode object : chart.objects()) {
            if (!OUTSIDE.contains(object.path("kind").asText())) {
                continue;
            }
            assertThat(object.findValues("backendRefs").stream().flatMap(Chart::stream))
                    .allSatisfy(target ->
                            assertThat(target.path("port").asInt(rest)).isEqualTo(rest));
            for (JsonNode backend : object.findValues("backend")) {
                assertThat(backend.at("/service/name").asText()).isEqualTo("inference-service");
                assertThat(backend.at("/service/port").toString()).isEqualTo("{\"name\":\"http\"}");
            }
            List<String> paths = Stream.concat(
                            Chart.stream(object.at("/spec/rules/0/http/paths")).map(path -> path.path("path")),
                            object.findValues("matches").stream()
                                    .flatMap(Chart::stream)
                                    .map(match -> match.at("/path/value")))
                    .map(JsonNode::asText)
                    .toList();
            assertThat(paths).contains("/v1", "/api", "/health");
            assertThat(paths).noneMatch(path -> path.matches("/(internal|actuator|dev)(/.*)?"));
            if (!scenario.startsWith("gpu")) {
                assertThat(paths).noneMatch(path -> path.matches("/(console|admin)(/.*)?"));
            }
        }
        for (JsonNode route : chart.ofKind("HTTPRoute")) {
            assertThat(chart.ofKind("GRPCRoute"))
                    .allSatisfy(grpc -> assertThat(grpc.at("/spec/parentRefs"))
                            .doesNotContainAnyElementsOf(route.at("/spec/parentRefs")));
        }
        assertThat(chart.ofKind("InferencePool"))
                .allSatisfy(pool ->
                        assertThat(pool.at("/spec/targetPorts").toString()).isEqualTo("[{\"number\":" + rest + "}]"));
        assertThat(chart.ofKind("Service"))
                .allSatisfy(service -> assertThat(service.toString())
                        .doesNotContain("management", String.valueOf(port(chart, "management"))));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void probesAskWhatTheyAreForAndAStopHasTime(String scenario) {
        Chart chart = Chart.scenario(scenario);
        JsonNode container = chart.container();
        JsonNode config = chart.one("ConfigMap", "inference-config").path("data");
        assertThat(container.at("/livenessProbe/httpGet").toString())
                .isEqualTo("{\"path\":\"/actuator/health/liveness\",\"port\":\"management\"}");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health");
        assertThat(container.at("/readinessProbe/httpGet/port").asText()).isEqualTo("http");
        assertThat(container.at("/readinessProbe/httpGet/scheme").asText("HTTP"))
                .isEqualTo(config.has("TLS_CERT_FILE") ? "HTTPS" : "HTTP");
        boolean grpcTls = config.path("GRPC_USE_TLS").asText().equals("true");
        assertThat(container.at("/startupProbe").has("grpc")).isEqualTo(!grpcTls);
        if (grpcTls) {
            assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/actuator/health/startup");
        } else {
            assertThat(container.at("/startupProbe/grpc/port").asInt()).isEqualTo(port(chart, "grpc"));
        }
        int pause = container.at("/lifecycle/preStop/sleep/seconds").asInt();
        assertThat(pause).isPositive();
        int grace = config.path("SHUTDOWN_GRACE").asText("30s").equals("2m") ? 120 : 30;
        assertThat(chart.deployment()
                        .at("/spec/template/spec/terminationGracePeriodSeconds")
                        .asInt())
                .isGreaterThanOrEqualTo(pause + grace + PRE_STOP_AND_MARGIN);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everySettingIsOneThatTheServiceReads(String scenario) throws IOException {
        Set<String> known =
                KnownSettings.ALL.stream().map(Setting::variable).collect(Collectors.toCollection(TreeSet::new));
        KnownSettings.ALL.stream().filter(Setting::secret).forEach(setting -> known.add(setting.variable() + "_FILE"));
        JsonNode config =
                Chart.scenario(scenario).one("ConfigMap", "inference-config").path("data");
        assertThat(config.propertyStream()).extracting(Map.Entry::getKey).isSubsetOf(known);
        assertThat(config.propertyStream())
                .extracting(Map.Entry::getKey)
                .doesNotContainAnyElementsOf(KnownSettings.ALL.stream()
                        .filter(Setting::secret)
                        .map(Setting::variable)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void valuesOfSettingsAreAccepted(String scenario) {
        JsonNode config =
                Chart.scenario(scenario).one("ConfigMap", "inference-config").path("data");
        for (Setting setting : KnownSettings.ALL) {
            String value = config.path(setting.variable()).asText();
            // Files of certificates are in the pod alone.
            if (!value.isEmpty() && !value.startsWith("/etc/inference/")) {
                assertThat(setting.kind().parse(value)).as(setting.variable()).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyVolumeIsAFolderThatExists(String scenario) {
        for (JsonNode pod : Chart.scenario(scenario).pods()) {
            Set<String> volumes = Chart.stream(pod.path("volumes"))
                    .map(volume -> volume.path("name").asText())
                    .collect(Collectors.toSet());
            Set<String> claimed = Set.of("postgresql", "rabbitmq");
            for (JsonNode container : Chart.containers(pod)) {
                for (JsonNode mount : container.path("volumeMounts")) {
                    assertThat(mount.has("subPath")).isFalse();
                    assertThat(mount.path("name").asText())
                            .matches(name -> volumes.contains(name) || claimed.contains(name));
                }
            }
        }
    }

    /** Names of meters are texts in the source. Prometheus has underscores, and {@code _total} for counters alone. */
    @Test
    void alertsAndDashboardNameMetersThatTheServiceHas() throws IOException {
        Set<String> meters = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                METER.matcher(source)
                        .results()
                        .map(found -> found.group(1).replace('.', '_').replaceAll("_total$", ""))
                        .forEach(meters::add);
                COUNTER.matcher(source)
                        .results()
                        .map(found -> found.group(1).replace('.', '_') + "_total")
                        .forEach(meters::add);
            }
        }
        Chart chart = Chart.scenario("one-replica-values.yaml");
        String dashboard = chart.one("ConfigMap", "inference-service-dashboard")
                .at("/data/inference-service.json")
                .asText();
        String used = chart.one("PrometheusRule", "inference-service")
                + dashboard
                + Chart.scenario("keda-values.yaml").one("ScaledObject", "inference-service");
        assertThat(METRIC.matcher(used)
                        .results()
                        .map(found -> found.group().replaceAll("(_seconds)?(_count|_sum|_bucket|_max)$|_seconds$", "")))
                .isNotEmpty()
                .isSubsetOf(meters);
        assertThat(new ObjectMapper().readTree(dashboard).path("panels")).hasSizeGreaterThan(10);
    }

    private static int port(Chart chart, String name) {
        return Chart.stream(chart.container().path("ports"))
                .filter(port -> port.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow()
                .path("containerPort")
                .asInt();
    }

    private static List<String> nulls(String path, JsonNode node) {
        List<String> found = new ArrayList<>();
        if (node.isNull()) {
            found.add(path);
        }
        node.properties().forEach(entry -> found.addAll(nulls(path + "/" + entry.getKey(), entry.getValue())));
        int place = 0;
        for (JsonNode item : node.isArray() ? node : List.<JsonNode>of()) {
            found.addAll(nulls(path + "/" + place++, item));
        }
        return found;
    }
}
