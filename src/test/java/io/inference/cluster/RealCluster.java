package io.inference.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * A Kubernetes cluster on this machine: etcd, and the API server, the controllers and the scheduler of Kubernetes.
 * Nodes exist only in the API server: kwok says of each pod that it runs and is ready, and no container is ever
 * started. Who may do what is decided by RBAC, and every namespace admits only pods of the level "restricted".
 */
final class RealCluster {
    private static final Path BUILD = Path.of("src/test/cluster/build.sh");
    private static final String ADDRESS = "127.0.0.1";
    private static final Duration START = Duration.ofMinutes(5);

    private static final String ADMISSION = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
              - name: PodSecurity
                configuration:
                  apiVersion: pod-security.admission.config.k8s.io/v1
                  kind: PodSecurityConfiguration
                  defaults: {enforce: restricted, warn: restricted}
            """;

    private static final String NODE = """
            apiVersion: v1
            kind: Node
            metadata:
              name: %1$s
              labels: {kubernetes.io/hostname: %1$s, topology.kubernetes.io/zone: zone-of-%1$s}
            status:
              allocatable: &size {cpu: "32", memory: 128Gi, ephemeral-storage: 256Gi, pods: "110"}
              capacity: *size
            """;

    /** As an administrator provides it, where no storage class makes volumes. */
    private static final String VOLUME = """
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: %1$s-%2$s}
            spec:
              capacity: {storage: 20Gi}
              accessModes: [ReadWriteOnce]
              hostPath: {path: /nowhere}
              claimRef: {namespace: %1$s, name: %2$s}
            """;

    private static final String KUBECONFIG = """
            apiVersion: v1
            kind: Config
            clusters:
              - name: cluster
                cluster: {server: "https://%s:%d", certificate-authority: %s}
            users:
              - name: user
                user: {token: %s}
            contexts:
              - name: context
                context: {cluster: cluster, user: user, namespace: %s}
            current-context: context
            """;

    private final Path folder;
    private final Path programs;
    private final Path definitions;
    private final Path admin;
    private final int port = freePort();
    private final List<Process> processes = new ArrayList<>();
    private final KubernetesClient client;

    /** What came of a command. */
    record Result(int status, String output) {}

    /** The one of this JVM, started by the first test that needs it. */
    static RealCluster shared() {
        return Holder.SHARED;
    }

    private static final class Holder {
        private static final RealCluster SHARED = start();

        private static RealCluster start() {
            try {
                return new RealCluster();
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private RealCluster() throws IOException, GeneralSecurityException {
        List<String> built = built();
        programs = Path.of(built.getFirst());
        definitions = Path.of(built.getLast());
        folder = Files.createTempDirectory("cluster");
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
        String token = UUID.randomUUID().toString();
        admin = kubeconfig("admin", token, "default");
        Path tokens = write("tokens.csv", token + ",admin,admin,system:masters\n");
        Path key = write("accounts.pem", newKey());
        int etcd = freePort();
        int peers = freePort();
        start(
                "etcd",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=http://" + ADDRESS + ":" + etcd,
                "--advertise-client-urls=http://" + ADDRESS + ":" + etcd,
                "--listen-peer-urls=http://" + ADDRESS + ":" + peers,
                "--initial-advertise-peer-urls=http://" + ADDRESS + ":" + peers,
                "--initial-cluster=default=http://" + ADDRESS + ":" + peers,
                "--unsafe-no-fsync");
        // It makes a certificate for itself.
        start(
                "kube-apiserver",
                "--etcd-servers=http://" + ADDRESS + ":" + etcd,
                "--bind-address=" + ADDRESS,
                "--secure-port=" + port,
                "--cert-dir=" + folder.resolve("certificates"),
                "--endpoint-reconciler-type=none",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--authorization-mode=RBAC",
                "--token-auth-file=" + tokens,
                "--admission-control-config-file=" + write("admission.yaml", ADMISSION),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key);
        await("the API server, or else a reason in " + folder)
                .atMost(START)
                .until(() -> run("kubectl", "get", "--raw", "/readyz").status() == 0);
        start(
                "kube-controller-manager",
                "--kubeconfig=" + admin,
                "--bind-address=" + ADDRESS,
                "--secure-port=" + freePort(),
                "--cert-dir=" + folder.resolve("controllers"),
                "--leader-elect=false",
                "--service-account-private-key-file=" + key,
                "--root-ca-file=" + certificate(),
                "--flex-volume-plugin-dir=" + folder.resolve("plugins"));
        start(
                "kube-scheduler",
                "--kubeconfig=" + admin,
                "--bind-address=" + ADDRESS,
                "--secure-port=" + freePort(),
                "--cert-dir=" + folder.resolve("scheduler"),
                "--leader-elect=false");
        start("kwok", "--kubeconfig=" + admin, "--manage-all-nodes=true", "--node-lease-duration-seconds=40");
        for (String node : List.of("one", "two")) {
            apply(NODE.formatted(node));
        }
        kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=" + START.toSeconds() + "s");
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(admin.toFile()))
                .build();
    }

    private static List<String> built() throws IOException {
        Process build = new ProcessBuilder(BUILD.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(join(build)).as("exit status of " + BUILD).isZero();
        return output.lines().toList();
    }

    private static int join(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** It is signed by an authority that is in the same file. */
    private Path certificate() {
        return folder.resolve("certificates/apiserver.crt");
    }

    private Path kubeconfig(String name, String token, String namespace) throws IOException {
        return write(name + ".kubeconfig", KUBECONFIG.formatted(ADDRESS, port, certificate(), token, namespace));
    }

    private void start(String program, String... options) throws IOException {
        processes.add(new ProcessBuilder(
                        Stream.concat(Stream.of(programs.resolve(program).toString()), Stream.of(options))
                                .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".log").toFile())
                .start());
    }

    private void stop() {
        for (Process process : processes.reversed()) {
            process.destroyForcibly();
            int ignored = join(process);
        }
        FileSystemUtils.deleteRecursively(folder.toFile());
    }

    /** The kinds of operators and of the Gateway API, for which this cluster has no controllers. */
    void defineCustomResources() throws IOException {
        kubectl("apply", "--server-side", "--filename", definitions.toString());
        kubectl(
                "wait",
                "--for=condition=Established",
                "--timeout=" + START.toSeconds() + "s",
                "--filename",
                definitions.toString());
    }

    /** What tests look at. */
    KubernetesClient client() {
        return client;
    }

    /** Access with the rights of a service account. */
    Path kubeconfigOf(String namespace, String account) throws IOException {
        String token = kubectl("-n", namespace, "create", "token", account).strip();
        return kubeconfig(namespace + "-" + account, token, namespace);
    }

    /** Volumes for the claims of a release. */
    void provideVolumes(String namespace) throws IOException {
        for (String claim : List.of("generated-images", "code-base")) {
            apply(VOLUME.formatted(namespace, claim));
        }
    }

    void apply(String manifest) throws IOException {
        Path file = Files.createTempFile(folder, "manifest", ".yaml");
        String ignored =
                kubectl("apply", "-f", Files.writeString(file, manifest).toString());
    }

    /** Output of {@code kubectl}, which must succeed. */
    String kubectl(String... arguments) throws IOException {
        Result result =
                run(Stream.concat(Stream.of("kubectl"), Stream.of(arguments)).toArray(String[]::new));
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    /** Runs a command of an operator, who has {@code kubectl} and {@code helm} and all rights. */
    Result run(String... command) throws IOException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        // The PATH of a child decides only what the child finds.
        Path program = programs.resolve(command[0]);
        command[0] = Files.exists(program) ? program.toString() : command[0];
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        builder.environment().put("KUBECONFIG", admin.toString());
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(15, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " does not end: " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Result(process.exitValue(), Files.readString(output));
    }
}
