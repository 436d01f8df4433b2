package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What values do, and which are refused. */
class ChartValuesTest {
    private static final String BOTH = "{autoscaling: {hpa: {enabled: true}, keda: {enabled: true}}}";

    @Test
    void theChartIsWellFormed() {
        assertThat(new Helm(Chart.FOLDER).lint().strict().call().isFailed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {replicaCount: 2}                                            | replicaCount
            {image: {repo: x}}                                           | repo
            {image: {tag: latest}}                                       | tag
            {ingress: {path: /}}                                         | path
            {ingress: {extraPaths: [/internal/config]}}                  | extraPaths
            {ingress: {extraPaths: [/actuator]}}                         | extraPaths
            {ingress: {extraPaths: [/x/../internal]}}                    | extraPaths
            {ingress: {extraPaths: [/]}}                                 | extraPaths
            {runAsUser: 0}                                               | runAsUser
            {preStopSeconds: 0}                                          | preStopSeconds
            {persistence: {codeBase: {accessModes: [ReadWriteOncePod]}}} | accessModes
            {secrets: {DB_PASSWORD: 5}}                                  | DB_PASSWORD
            {config: {MAX_QUEUES: 5}}                                    | config.MAX_QUEUES is not a setting
            {config: {SPRING_PROFILES_ACTIVE: x}}                        | SPRING_PROFILES_ACTIVE is not a setting
            {config: {DB_PASSWORD: x}}                                   | config.DB_PASSWORD is a secret
            {config: {MAX_QUEUE_FILE: x}}                                | config.MAX_QUEUE_FILE is not a setting
            {postgresql: {enabled: true}}                                | postgresql.enabled needs secrets.DB_PASSWORD
            {redis: {enabled: true}}                                     | redis.enabled needs secrets.REDIS_PASSWORD
            {existingSecret: a, secrets: {B: c}}                         | keep one
            {replicas: 2}                                                | ReadWriteMany
            {config: {SHUTDOWN_GRACE: PT30S}}                            | SHUTDOWN_GRACE: write it as 30s
            {routes: {existingConfigMap: a, fromCodeBase: true}}         | keep one
            {gateway: {http: {enabled: true}}}                           | gateway.http needs parentRefs
            {gateway: {inferencePool: {enabled: true}}}                  | endpointPicker.name
            {kubernetes: {enabled: true}, serviceAccount: {create: false}} | must get no rights
            """)
    void wrongValuesAreRefusedByTheirName(String values, String named) {
        assertThatThrownBy(() -> Chart.rendered(values)).hasMessageContaining(named);
    }

    @Test
    void onlyOneOfThemScales() {
        assertThatThrownBy(() -> Chart.rendered(BOTH)).hasMessageContaining("autoscaling");
    }

    @Test
    void scalingToZeroNeedsSomethingThatStartsTheFirstPod() {
        assertThatThrownBy(() -> Chart.rendered("""
                        config: {RABBITMQ_ENABLED: false}
                        persistence: {codeBase: {enabled: false}, generatedImages: {enabled: false}}
                        autoscaling: {keda: {enabled: true, minReplicas: 0, prometheus: {serverAddress: http://p:9090}}}
                        """)).hasMessageContaining("start the first pod");
    }

    @Test
    void theInternalGatewayIsNotThePublicOne() {
        assertThatThrownBy(() -> Chart.rendered("""
                        gateway:
                          http: {enabled: true, parentRefs: [{name: a}]}
                          grpc: {enabled: true, parentRefs: [{name: a}]}
                        """)).hasMessageContaining("also serves gateway.http");
    }

    @Test
    void whatScalesDecidesHowManyPodsThereAre() {
        assertThat(Chart.scenario(Chart.DEFAULTS)
                        .deployment()
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(1);
        assertThat(Chart.scenario("three-replicas-values.yaml")
                        .deployment()
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(3);
        assertThat(Chart.scenario("thirty-replicas-values.yaml")
                        .deployment()
                        .at("/spec")
                        .has("replicas"))
                .isFalse();
        assertThat(Chart.scenario("keda-values.yaml").deployment().at("/spec").has("replicas"))
                .isFalse();
    }

    @Test
    void anUpdateFreesTheOnlyGpuFirstAndRollsOtherwise() {
        assertThat(strategy(Chart.scenario("gpu-values.yaml"))).isEqualTo("Recreate");
        assertThat(strategy(Chart.scenario("three-replicas-values.yaml"))).isEqualTo("RollingUpdate");
        assertThat(Chart.scenario("three-replicas-values.yaml")
                        .deployment()
                        .at("/spec/strategy/rollingUpdate/maxUnavailable")
                        .asInt(1))
                .isZero();
        assertThat(Chart.rendered("""
                        {replicas: 2, gpu: {enabled: true},
                         persistence: {generatedImages: {enabled: false}, codeBase: {enabled: false}}}""")
                        .deployment()
                        .at("/spec/strategy/rollingUpdate/maxSurge")
                        .asInt(1))
                .as("no GPU to spare")
                .isZero();
        JsonNode pod = Chart.scenario("gpu-values.yaml").deployment().at("/spec/template/spec");
        assertThat(pod.path("runtimeClassName").asText()).isEqualTo("nvidia");
        assertThat(pod.at("/containers/0/resources/limits")
                        .path("nvidia.com/gpu")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void thePodOfAnUpdateStartsWhereTheVolumeIs() {
        assertThat(Chart.scenario(Chart.DEFAULTS)
                        .deployment()
                        .at("/spec/template/spec/affinity")
                        .has("podAffinity"))
                .isTrue();
        assertThat(Chart.scenario("three-replicas-values.yaml")
                        .deployment()
                        .at("/spec/template/spec/affinity")
                        .has("podAffinity"))
                .isFalse();
    }

    @Test
    void backendsBecomeAFileAndTheirPortsMayBeReached() {
        Chart chart = Chart.scenario("thirty-replicas-values.yaml");
        Object file = new Yaml()
                .load(chart.one("ConfigMap", "inference-backends")
                        .at("/data/backends.yaml")
                        .asText());
        assertThat(file).asString().contains("vllm-1.vllm.models:8000", "VLLM_API_KEY");
        assertThat(chart.one("NetworkPolicy", "inference-service")
                        .at("/spec/egress/1/ports")
                        .toString())
                .contains("8000", "5432", "6379", "5672", "443");
        assertThat(Chart.rendered("{config: {LOCAL_ENGINE: \"off\"}}")
                        .one("NetworkPolicy", "inference-service")
                        .at("/spec/egress/1/ports")
                        .toString())
                .doesNotContain("443", "8000");
    }

    @Test
    void largeNumbersStayWholeNumbers() {
        JsonNode config = Chart.rendered(
                        "{config: {GRPC_MAX_MESSAGE_SIZE: 104857600, SUMMARY_WEIGHT_COEFFICIENT: 0.7}}")
                .one("ConfigMap", "inference-config")
                .path("data");
        assertThat(config.path("GRPC_MAX_MESSAGE_SIZE").asText()).isEqualTo("104857600");
        assertThat(config.path("SUMMARY_WEIGHT_COEFFICIENT").asText()).isEqualTo("0.7");
    }

    @Test
    void aChangeOfSettingsRestartsPodsAndOneOfBackendsDoesNot() {
        String before = annotations("{}");
        assertThat(annotations("{config: {MAX_QUEUE: 5}}")).isNotEqualTo(before);
        assertThat(annotations("{secrets: {HF_TOKEN: a}}")).isNotEqualTo(annotations("{secrets: {HF_TOKEN: b}}"));
        assertThat(annotations("{backends: [{name: a, urls: [http://a/v1]}]}")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOG_LEVEL: debug",
                "RATE_LIMIT_REQUESTS_PER_MINUTE: 10",
                "RATE_LIMIT_TOKENS_PER_MINUTE: 1000",
                "RATE_LIMIT_STREAMS: 2",
                "RATE_LIMIT_GROUPS: 'staff:requests=100'"
            })
    void whatTheServiceTakesFromItsConfigMapRestartsNoPod(String setting) {
        String watching = "{kubernetes: {enabled: true}, config: {%s}}";
        assertThat(annotations(watching.formatted(setting))).isEqualTo(annotations(watching.formatted("")));
        assertThat(annotations("{config: {%s}}".formatted(setting))).isNotEqualTo(annotations("{}"));
        assertThat(annotations(watching.formatted("MAX_QUEUE: 5"))).isNotEqualTo(annotations(watching.formatted("")));
    }

    @ParameterizedTest
    @CsvSource({"500ms, 31", "90, 120", "2m, 150", "1h, 3630"})
    void theGracePeriodOfThePodIsLongerThanThatOfTheService(String grace, int seconds) {
        assertThat(Chart.rendered("{config: {SHUTDOWN_GRACE: " + grace + "}}")
                        .deployment()
                        .at("/spec/template/spec/terminationGracePeriodSeconds")
                        .asInt())
                .isEqualTo(seconds);
    }

    @Test
    void portsOfTheSettingsAreThoseOfThePod() {
        Chart chart = Chart.rendered("{config: {PORT: 9000, INFERENCE_SERVICES_PORT: 6000, MANAGEMENT_PORT: 9001}}");
        assertThat(chart.container().path("ports").toString()).contains("9000", "6000", "9001");
        assertThat(chart.one("Service", "inference-service").path("spec").toString())
                .contains("9000", "6000")
                .doesNotContain("9001");
        assertThat(chart.container().at("/startupProbe/grpc/port").asInt()).isEqualTo(6000);
    }

    @Test
    void ingressesPassStreamsOn() {
        JsonNode nginx = Chart.scenario("one-replica-values.yaml")
                .one("Ingress", "inference-service")
                .at("/metadata/annotations");
        assertThat(nginx.path("nginx.ingress.kubernetes.io/proxy-buffering").asText())
                .isEqualTo("off");
        assertThat(nginx.path("nginx.ingress.kubernetes.io/proxy-request-buffering")
                        .asText())
                .isEqualTo("off");
        assertThat(nginx.path("nginx.ingress.kubernetes.io/proxy-read-timeout").asInt())
                .isGreaterThanOrEqualTo(600);
        assertThat(nginx.path("nginx.ingress.kubernetes.io/proxy-body-size").asText())
                .isEqualTo("32m");
        assertThat(Chart.scenario("three-replicas-values.yaml")
                        .one("Ingress", "inference-service")
                        .at("/metadata/annotations")
                        .path("traefik.ingress.kubernetes.io/router.entrypoints")
                        .asText())
                .isEqualTo("websecure");
    }

    @Test
    void theRoleNamesTheConfigMapsThatTheServiceWatches() {
        List<JsonNode> rules = Chart.stream(Chart.scenario("three-replicas-values.yaml")
                        .one("Role", "inference-service")
                        .path("rules"))
                .toList();
        assertThat(rules.getFirst().path("resourceNames").toString())
                .isEqualTo("[\"inference-config\",\"inference-routes\"]");
        assertThat(rules).allSatisfy(rule -> assertThat(rule.toString()).doesNotContain("*", "secrets", "delete"));
    }

    @Test
    void fourTestsRunWithTheRelease() {
        assertThat(Chart.scenario("one-replica-values.yaml").ofKind("Pod"))
                .extracting(pod -> Chart.name(pod) + " "
                        + pod.at("/metadata/annotations").path(Chart.NO_HOOK).asText())
                .containsExactlyInAnyOrder(
                        "inference-service-test-rest test",
                        "inference-service-test-grpc test",
                        "inference-service-test-settings test",
                        "inference-service-test-authentication test");
        JsonNode scripts = Chart.scenario("one-replica-values.yaml").one("ConfigMap", "inference-service-tests");
        assertThat(scripts.at("/data/rest.sh").asText())
                .contains("https://inference.example.com", "ingress-nginx-controller.ingress-nginx", "404 /internal");
        assertThat(scripts.at("/data/expected").asText())
                .contains("\"MAX_QUEUE\":{\"value\":\"256\",\"layer\":\"environment\"}");
    }

    @Test
    void scenariosCoverTheWholeChart() {
        List<String> kinds = Chart.scenarios().stream()
                .flatMap(scenario -> Chart.scenario(scenario).objects().stream())
                .map(object -> object.path("kind").asText())
                .distinct()
                .toList();
        assertThat(kinds)
                .contains(
                        "Deployment",
                        "StatefulSet",
                        "Service",
                        "ConfigMap",
                        "Secret",
                        "PersistentVolumeClaim",
                        "ServiceAccount",
                        "Role",
                        "RoleBinding",
                        "NetworkPolicy",
                        "PodDisruptionBudget",
                        "HorizontalPodAutoscaler",
                        "ScaledObject",
                        "PodMonitor",
                        "PrometheusRule",
                        "Ingress",
                        "HTTPRoute",
                        "GRPCRoute",
                        "InferencePool",
                        "Pod");
    }

    private static String strategy(Chart chart) {
        return chart.deployment().at("/spec/strategy/type").asText();
    }

    private static String annotations(String values) {
        return Chart.rendered(values)
                .deployment()
                .at("/spec/template/metadata/annotations")
                .toString();
    }
}
