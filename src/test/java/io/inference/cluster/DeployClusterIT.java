package io.inference.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.inference.cluster.RealCluster.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy-inference.sh} and the runbook's commands on a real API server. No container runs there. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeployClusterIT {
    private static final String NAMESPACE = "deploy";
    private static final String ROUTES = "inference-routes";
    private static final String VALUES = """
            image: {tag: "%s"}
            kubernetes: {enabled: true}
            config:
              DB_HOST: postgresql.databases
              REDIS_ENABLED: false
              RABBITMQ_ENABLED: false
              MAX_QUEUE: %s
            """;

    private static final RealCluster CLUSTER = RealCluster.shared();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void provideVolumes() throws IOException {
        CLUSTER.provideVolumes(NAMESPACE);
    }

    private static Result deploy(String namespace, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("./deploy-inference.sh", "--namespace", namespace, "--no-test", "--timeout", "5m"));
        command.addAll(List.of(options));
        return CLUSTER.run(command.toArray(String[]::new));
    }

    private static Result install(String tag, String... options) throws IOException {
        Path values =
                Files.writeString(folder.resolve(tag + ".yaml"), VALUES.formatted(tag, tag.equals("first") ? 64 : 77));
        List<String> all = new ArrayList<>(List.of("--values", values.toString()));
        all.addAll(List.of(options));
        Result result = deploy(NAMESPACE, all.toArray(String[]::new));
        return result;
    }

    private static KubernetesClient client() {
        return CLUSTER.client();
    }

    private static String version(HasMetadata object) {
        return object.getMetadata().getUid() + " " + object.getMetadata().getResourceVersion();
    }

    private static String secret() {
        return version(client().secrets()
                .inNamespace(NAMESPACE)
                .withName("inference-secrets")
                .get());
    }

    private static String routes() {
        return version(
                client().configMaps().inNamespace(NAMESPACE).withName(ROUTES).get());
    }

    private static List<String> claims() {
        return client().persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems().stream()
                .map(claim ->
                        claim.getMetadata().getUid() + " " + claim.getStatus().getPhase())
                .toList();
    }

    private static List<Pod> pods() {
        return client().pods().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    private static String image() {
        return client().apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName("inference-service")
                .get()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }

    @Test
    @Order(1)
    void aDryRunMakesNothing() throws IOException {
        Result result = install("first", "--dry-run");

        assertThat(result.status()).isZero();
        assertThat(result.output()).contains("would run: helm", "nothing was changed");
        assertThat(client().namespaces().withName(NAMESPACE).get()).isNull();
    }

    @Test
    @Order(2)
    void anInstallationBringsPodsThatAreAdmittedAndScheduled() throws IOException {
        Result result = install("first");

        assertThat(result.status()).isZero();
        assertThat(result.output()).contains("It serves").doesNotContainIgnoringCase("warning");
        assertThat(pods()).hasSize(1);
        assertThat(claims()).hasSize(2).allMatch(claim -> claim.endsWith(" Bound"));
        assertThat(client().secrets()
                        .inNamespace(NAMESPACE)
                        .withName("inference-secrets")
                        .get()
                        .getData())
                .containsOnlyKeys("INTERNAL_API_KEY", "BOOTSTRAP_API_KEY");
        assertThat(client().configMaps()
                        .inNamespace(NAMESPACE)
                        .withName(ROUTES)
                        .get()
                        .getData())
                .containsKey("chat.camel.yaml");
    }

    @Test
    @Order(3)
    void theSameAgainChangesNothing() throws IOException {
        String secret = secret();
        String routes = routes();
        List<String> claims = claims();
        String pod = pods().getFirst().getMetadata().getUid();

        assertThat(install("first", "--diff").status()).isZero();
        assertThat(install("first").status()).isZero();

        assertThat(secret()).isEqualTo(secret);
        assertThat(routes()).isEqualTo(routes);
        assertThat(claims()).isEqualTo(claims);
        assertThat(pods()).extracting(each -> each.getMetadata().getUid()).containsExactly(pod);
    }

    @Test
    @Order(4)
    void anUpgradeIsShownBeforeAndKeepsWhatWasEditedInTheCluster() throws IOException {
        CLUSTER.kubectl(
                "-n", NAMESPACE, "patch", "configmap", ROUTES, "-p", "{\"data\":{\"chat.camel.yaml\":\"# edited\"}}");
        String secret = secret();
        String routes = routes();

        Result difference = install("second", "--diff");
        assertThat(difference.status()).isEqualTo(1);
        assertThat(difference.output())
                .containsPattern("\\+ +image: inference-service:second")
                .contains("was edited in the cluster and stays")
                .doesNotContain("id: chat");
        Result upgrade = install("second");

        assertThat(upgrade.status()).isZero();
        assertThat(upgrade.output()).contains("was edited in the cluster and stays");
        assertThat(image()).isEqualTo("inference-service:second");
        assertThat(secret()).isEqualTo(secret);
        assertThat(routes()).isEqualTo(routes);
        awaitOnePodWith("second");

        CLUSTER.kubectl(
                "-n", NAMESPACE, "patch", "configmap", ROUTES, "-p", "{\"data\":{\"added.camel.yaml\":\"# added\"}}");
        assertThat(install("second", "--overwrite-routes").status()).isZero();

        assertThat(client().configMaps()
                        .inNamespace(NAMESPACE)
                        .withName(ROUTES)
                        .get()
                        .getData())
                .doesNotContainKey("added.camel.yaml")
                .containsEntry("chat.camel.yaml", Files.readString(Path.of("routes/chat.camel.yaml")));
        assertThat(install("second", "--diff").status()).isZero();
    }

    private static void awaitOnePodWith(String tag) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> pods().stream()
                        .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
                        .toList()
                        .equals(List.of("inference-service:" + tag)));
    }

    @Test
    @Order(5)
    void aRollbackBringsImageAndSettingsBack() throws IOException {
        List<String> claims = claims();

        assertThat(CLUSTER.run("helm", "-n", NAMESPACE, "history", "inference").output())
                .contains("superseded", "deployed");
        // The revision before has the same image: the script was run again.
        Result result = CLUSTER.run("helm", "-n", NAMESPACE, "rollback", "inference", "2");

        assertThat(result.status()).isZero();
        CLUSTER.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/inference-service", "--timeout=5m");
        awaitOnePodWith("first");
        assertThat(client().configMaps()
                        .inNamespace(NAMESPACE)
                        .withName("inference-config")
                        .get()
                        .getData())
                .containsEntry("MAX_QUEUE", "64");
        assertThat(claims()).isEqualTo(claims);
    }

    private static boolean isAllowed(
            KubernetesClient account, String verb, String resource, String name, String namespace) {
        String[] words = resource.split("\\.", 2);
        SelfSubjectAccessReview review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb(verb)
                .withResource(words[0])
                .withGroup(words.length == 1 ? "" : words[1])
                .withName(name)
                .withNamespace(namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        return account.authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }

    @Test
    @Order(6)
    void theServiceMayDoWhatItDoesAndNothingElse() throws IOException {
        Path access = CLUSTER.kubeconfigOf(NAMESPACE, "inference-service");
        try (KubernetesClient account = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(access.toFile()))
                .build()) {
            for (String name : List.of("inference-config", ROUTES)) {
                for (String verb : List.of("get", "list", "watch", "patch")) {
                    assertThat(isAllowed(account, verb, "configmaps", name, NAMESPACE))
                            .as(verb + " " + name)
                            .isTrue();
                    assertThat(isAllowed(account, verb, "configmaps", name, "default"))
                            .as(verb + " elsewhere")
                            .isFalse();
                }
                for (String verb : List.of("create", "update", "delete")) {
                    assertThat(isAllowed(account, verb, "configmaps", name, NAMESPACE))
                            .as(verb + " " + name)
                            .isFalse();
                }
            }
            for (String verb : List.of("create", "get", "update", "patch")) {
                assertThat(isAllowed(account, verb, "leases.coordination.k8s.io", "inference-service", NAMESPACE))
                        .as(verb + " lease")
                        .isTrue();
            }
            assertThat(isAllowed(account, "update", "leases.coordination.k8s.io", "another", NAMESPACE))
                    .isFalse();
            assertThat(isAllowed(account, "delete", "leases.coordination.k8s.io", "inference-service", NAMESPACE))
                    .isFalse();
            assertThat(isAllowed(account, "create", "events.events.k8s.io", "", NAMESPACE))
                    .isTrue();
            assertThat(isAllowed(account, "list", "events.events.k8s.io", "", NAMESPACE))
                    .isFalse();
            for (String verb : List.of("get", "list", "watch")) {
                assertThat(isAllowed(account, verb, "endpointslices.discovery.k8s.io", "", NAMESPACE))
                        .as(verb + " slices")
                        .isTrue();
            }
            for (String resource : List.of(
                    "secrets",
                    "pods",
                    "services",
                    "deployments.apps",
                    "roles.rbac.authorization.k8s.io",
                    "serviceaccounts",
                    "nodes",
                    "namespaces")) {
                for (String verb : List.of("get", "list", "create", "patch", "delete")) {
                    assertThat(isAllowed(account, verb, resource, "", NAMESPACE))
                            .as(verb + " " + resource)
                            .isFalse();
                }
            }
            assertThat(account.configMaps().withName(ROUTES).get()).isNotNull();
            refused(() -> account.configMaps().list());
            refused(() -> account.secrets().withName("inference-secrets").get());
            refused(() -> account.configMaps().withName("inference-config").delete());
            refused(() -> account.configMaps()
                    .inNamespace("default")
                    .withName("inference-config")
                    .get());
            refused(() -> account.pods()
                    .resource(new PodBuilder()
                            .withNewMetadata()
                            .withName("own")
                            .endMetadata()
                            .withNewSpec()
                            .addNewContainer()
                            .withName("own")
                            .withImage("own")
                            .endContainer()
                            .endSpec()
                            .build())
                    .create());
        }
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(403));
    }

    @Test
    @Order(7)
    void uninstallingKeepsClaimsAndSecretForTheNextInstallation() throws IOException {
        String secret = secret();
        List<String> claims = claims();

        Result first = deploy(NAMESPACE, "--uninstall");
        Result again = deploy(NAMESPACE, "--uninstall");

        assertThat(first.status()).isZero();
        assertThat(again.status()).isZero();
        assertThat(again.output()).contains("there is no release");
        await().atMost(Duration.ofMinutes(2)).until(() -> pods().isEmpty());
        assertThat(CLUSTER.kubectl(
                        "-n",
                        NAMESPACE,
                        "get",
                        "deployments,services,roles,rolebindings,networkpolicies,poddisruptionbudgets",
                        "-o",
                        "name"))
                .isEmpty();
        assertThat(client().configMaps().inNamespace(NAMESPACE).list().getItems())
                .extracting(map -> map.getMetadata().getName())
                .containsExactly("kube-root-ca.crt");
        assertThat(secret()).isEqualTo(secret);
        assertThat(claims()).isEqualTo(claims);

        assertThat(install("second").status()).isZero();

        assertThat(secret()).isEqualTo(secret);
        assertThat(claims()).isEqualTo(claims);
        awaitOnePodWith("second");
    }

    @Test
    @Order(8)
    void withoutHelmManifestsAreInstalledTwiceAndRemoved() throws IOException {
        String namespace = "plain";
        CLUSTER.provideVolumes(namespace);
        String values = folder.resolve("second.yaml").toString();

        for (int run = 1; run <= 2; run++) {
            Result result = deploy(namespace, "--kubectl", "--values", values);
            assertThat(result.status()).isZero();
        }
        assertThat(deploy(namespace, "--kubectl", "--values", values, "--diff").status())
                .isZero();
        Result removed = deploy(namespace, "--kubectl", "--values", values, "--uninstall");

        assertThat(removed.status()).isZero();
        assertThat(client().apps().deployments().inNamespace(namespace).list().getItems())
                .isEmpty();
        assertThat(client().persistentVolumeClaims()
                        .inNamespace(namespace)
                        .list()
                        .getItems())
                .hasSize(2);
        assertThat(client().secrets().inNamespace(namespace).list().getItems())
                .extracting(each -> each.getMetadata().getName())
                .containsExactly("inference-secrets");
    }
}
