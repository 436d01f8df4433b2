package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.chart.Script.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code deploy-inference.sh}, with stand-ins for kubectl and helm. */
class DeployScriptTest {
    private static final Path DEPLOY = Path.of("deploy-inference.sh");
    private static final Pattern ENTRY = Pattern.compile("(?m)^  ([A-Z_]+): (\\S+)$");
    private static final String ENV = """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: inference-config
            data:
              DB_HOST: postgresql.databases
              MAX_QUEUE: "64"
            ---
            apiVersion: v1
            kind: Secret
            metadata:
              name: inference-secrets
            stringData:
              DB_PASSWORD: of-the-database
              VLLM_API_KEY: "with \\"quotes\\""
            """;

    @TempDir
    Path folder;

    private Script script;
    private Path routes;

    @BeforeEach
    void prepare() throws IOException {
        script = new Script(folder)
                .state("rendered", Chart.scenario(Chart.DEFAULTS).text());
        routes = Files.createDirectories(script.work().resolve("flows"));
        Files.writeString(routes.resolve("b.camel.yaml"), "- route: {id: b}\n");
        Files.writeString(routes.resolve("a.camel.yaml"), "- route: {id: a}");
        Files.writeString(routes.resolve("README.md"), "no route");
    }

    private Result deploy(String... arguments) {
        return script.run(
                DEPLOY,
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of("--routes", routes.toString()),
                                java.util.stream.Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private void everythingExists() throws Exception {
        script.state("have-namespace-inference", "")
                .state("have-secret-inference-secrets", "")
                .state("keys", "INTERNAL_API_KEY\nBOOTSTRAP_API_KEY\nDB_PASSWORD\nVLLM_API_KEY\n")
                .state("have-configmap-inference-routes", "")
                .state("routes", routesText())
                .state("applied", sha256(routesText()))
                .state("have-persistentvolumeclaim-generated-images", "")
                .state("have-persistentvolumeclaim-code-base", "");
    }

    private static String routesText() {
        return "a.camel.yaml\n- route: {id: a}b.camel.yaml\n- route: {id: b}\n";
    }

    @Test
    void fromNothingToAVerifiedService() throws IOException {
        Files.writeString(script.work().resolve("env.yaml"), ENV);
        Result result = deploy();
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.changes())
                .map(DeployScriptTest::verb)
                .containsExactly(
                        "create namespace",
                        "create --filename",
                        "apply --server-side",
                        "create --filename",
                        "create --filename",
                        "upgrade --install",
                        "rollout status",
                        "test inference");
        assertThat(result.calls())
                .filteredOn(call -> call.contains("upgrade"))
                .singleElement()
                .asString()
                .contains(
                        "--namespace inference",
                        "persistence.create=false",
                        "existingSecret=inference-secrets",
                        "routes.existingConfigMap=inference-routes",
                        "env-values.yaml");
        assertThat(script.sent("routes.yaml"))
                .contains("a.camel.yaml", "b.camel.yaml", "inference-service/applied: \"" + sha256(routesText()) + "\"")
                .doesNotContain("README");
        assertThat(script.sent("claim.yaml")).contains("name: generated-images", "name: code-base");
        assertThat(result.output()).contains("port-forward", "logs -l", "claim: code-base is new");
    }

    @Test
    void theSecretGetsWhatEnvYamlHasAndTheKeysThatCanBeMadeAndNoneIsShown() throws IOException {
        Files.writeString(script.work().resolve("env.yaml"), ENV);
        Result result = deploy();
        String secret = script.sent("secret.yaml");
        assertThat(ENTRY.matcher(secret).results().map(entry -> entry.group(1)))
                .containsExactly("DB_PASSWORD", "VLLM_API_KEY", "INTERNAL_API_KEY", "BOOTSTRAP_API_KEY");
        List<String> values = ENTRY.matcher(secret)
                .results()
                .map(entry -> new String(Base64.getDecoder().decode(entry.group(2)), StandardCharsets.UTF_8))
                .toList();
        assertThat(values.get(0)).isEqualTo("of-the-database");
        assertThat(values.get(1)).isEqualTo("with \"quotes\"");
        assertThat(values.get(2)).matches("[A-Za-z0-9]{48}");
        assertThat(values.get(3)).matches("ik_[A-Za-z0-9]{48}");
        assertThat(values).allSatisfy(value -> {
            assertThat(result.output()).doesNotContain(value);
            assertThat(String.join("\n", result.calls())).doesNotContain(value);
        });
    }

    @Test
    void aSecondRunChangesOnlyTheRelease() throws Exception {
        Files.writeString(script.work().resolve("env.yaml"), ENV);
        everythingExists();
        Result result = deploy();
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.changes())
                .map(DeployScriptTest::verb)
                .containsExactly("upgrade --install", "rollout status", "test inference");
        assertThat(result.output()).contains("has all it needs", "is up to date", "claim: generated-images exists");
    }

    @Test
    void entriesOfASecretThatExistStay() throws Exception {
        Files.writeString(script.work().resolve("env.yaml"), ENV);
        everythingExists();
        script.state("keys", "DB_PASSWORD\nBOOTSTRAP_API_KEY\n");
        Result result = deploy();
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.changes().getFirst()).contains("patch secret inference-secrets --type merge --patch-file");
        assertThat(ENTRY.matcher(script.sent("secret.yaml")).results().map(entry -> entry.group(1)))
                .containsExactly("VLLM_API_KEY", "INTERNAL_API_KEY");
    }

    @Test
    void routesThatWereEditedInTheClusterStayUnlessToldOtherwise() throws Exception {
        everythingExists();
        script.state("routes", "a.camel.yaml\nedited");
        Result kept = deploy();
        assertThat(kept.output()).contains("was edited in the cluster and stays");
        assertThat(kept.changes()).noneMatch(call -> call.contains("--server-side"));
        assertThat(deploy("--overwrite-routes").changes()).anyMatch(call -> call.contains("--server-side"));

        script.state("applied", sha256("a.camel.yaml\nedited"));
        assertThat(deploy().changes()).as("not edited since").anyMatch(call -> call.contains("--server-side"));
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndChangesNothing() throws IOException {
        Files.writeString(script.work().resolve("env.yaml"), ENV);
        Result result = deploy("--dry-run");
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.changes()).isEmpty();
        assertThat(result.output())
                .contains(
                        "would run: kubectl --namespace inference create namespace inference",
                        "would run: kubectl --namespace inference create --filename",
                        "would run: helm --namespace inference upgrade --install",
                        "nothing was changed");
    }

    @Test
    void differencesAreShownAndDecideTheStatus() {
        assertThat(deploy("--diff").output()).contains("nothing would change");
        script.state("diff", "1");
        Result result = deploy("--diff");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.changes()).isEmpty();
        script.state("diff", "2");
        assertThat(deploy("--diff").output()).contains("next:");
    }

    @Test
    void uninstallingKeepsClaimsAndTheSecret() {
        Result result = deploy("--uninstall");
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.changes())
                .anyMatch(call -> call.contains("uninstall inference"))
                .anyMatch(call -> call.contains("delete configmap inference-routes"))
                .noneMatch(call -> call.contains("persistentvolumeclaim") || call.contains("secret"));
        assertThat(result.output()).contains("kept: the claims and Secret inference-secrets");
    }

    @Test
    void withoutHelmManifestsAreAppliedThatWereRenderedElsewhere() throws IOException {
        Path rendered = script.work().resolve("rendered");
        Result written = deploy("--render", rendered.toString());
        assertThat(written.status()).as(written.output()).isZero();
        assertThat(written.calls()).noneMatch(call -> call.startsWith("kubectl"));
        assertThat(Files.readString(rendered.resolve("claims.yaml"))).contains("generated-images", "code-base");
        assertThat(Files.readString(rendered.resolve("service.yaml")))
                .contains("kind: Deployment")
                .doesNotContain("PersistentVolumeClaim", "kind: Pod\n");
        assertThat(Files.readString(rendered.resolve("tests.yaml"))).contains("inference-service-test-rest");

        script.without("helm");
        Result result = deploy("--kubectl", "--manifests", rendered.toString());
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(script.sent("service.yaml")).contains("kind: Deployment");
        assertThat(result.calls()).anyMatch(call -> call.contains("wait pods") && call.contains("Succeeded"));
        assertThat(deploy("--uninstall", "--kubectl", "--manifests", rendered.toString())
                        .changes())
                .anyMatch(call -> call.contains("delete --ignore-not-found --filename"))
                .noneMatch(call -> call.contains("claim"));
    }

    @Test
    void serversForATrialGetPasswords() throws IOException {
        script.state("rendered", Chart.scenario("trial-values.yaml").text());
        Path values = Files.writeString(
                script.work().resolve("values.yaml"), "postgresql: {enabled: true}\nredis: {enabled: true}\n");
        Result result = deploy("--values", values.toString());
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(script.sent("secret.yaml")).contains("DB_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD");
    }

    @Test
    void aSecretThatTheValuesHoldIsTheCharts() throws IOException {
        Result result = deploy(
                "--values",
                Chart.FOLDER.resolve("ci/trial-values.yaml").toAbsolutePath().toString());
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).contains("secret: made by the chart");
        assertThat(String.join("\n", result.calls())).doesNotContain("existingSecret");
        assertThat(script.sent("secret.yaml")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            version          |                             | the cluster cannot be reached
            create namespace |                             | namespace inference could not be made
            --server-side    |                             | ConfigMap inference-routes could not be written
            rollout          |                             | the pods are not ready after 15m
            upgrade          |                             | the release inference could not be installed
            test             |                             | a test of the release failed
            template         |                             | the chart does not render
            none             | --frobnicate                | --frobnicate is no option
            none             | --values                    | --values needs a value
            none             | --values=missing.yaml       | --values=missing.yaml is no option
            none             | --manifests x               | --manifests goes with --kubectl
            none             | --env missing.yaml          | missing.yaml cannot be read
            none             | --kubectl --manifests x     | x/service.yaml cannot be read
            none             | --routes .                  | has no *.camel.yaml file
            """)
    void eachFailureNamesTheNextStep(String failing, String arguments, String message) {
        script.state("fails", failing);
        assertFails(deploy(arguments == null ? new String[0] : arguments.split(" ")), message);
    }

    @Test
    void whatIsMissingIsNamedBeforeAnythingChanges() throws IOException {
        script.state("denied", "networkpolicies.networking.k8s.io");
        Result denied = deploy();
        assertFails(denied, "you lack the rights above");
        assertThat(denied.output()).contains("create networkpolicies.networking.k8s.io");
        assertThat(denied.changes()).isEmpty();

        script.state("version", "v1.29.9");
        assertFails(deploy(), "1.30 is the oldest");

        Files.writeString(script.work().resolve("env.yaml"), ENV.replace("MAX_QUEUE", "MAX_QUEU"));
        Result unknown = deploy();
        assertFails(unknown, "has settings that the service does not know");
        assertThat(unknown.output()).contains("did you mean MAX_QUEUE?");
        assertThat(unknown.calls()).isEmpty();

        assertFails(script.without("helm").run(DEPLOY), "helm is not installed");
        assertFails(script.run(DEPLOY, "--kubectl"), "helm is not installed, which renders the manifests");
        assertFails(script.without("kubectl").run(DEPLOY), "kubectl is not installed");
    }

    @Test
    void routesThatDoNotFitIntoAConfigMapAreRefused() throws IOException {
        Files.writeString(routes.resolve("large.camel.yaml"), "#".repeat(1_000_001));
        assertFails(deploy(), "a ConfigMap holds a million");
    }

    private static void assertFails(Result result, String message) {
        assertThat(result.status()).as(result.output()).isEqualTo(1);
        assertThat(result.output()).contains("error: ").contains(message).containsPattern("(?m)^next:  \\S");
    }

    /** The command and its first argument. */
    private static String verb(String call) {
        String[] words = call.replaceAll("^(kubectl|helm) (--(namespace|context|kube-context) \\S+ )*", "")
                .split(" ");
        return words[0] + " " + words[1];
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
