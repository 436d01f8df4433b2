package io.inference.embedded;

import io.inference.broker.BrokerAddress;
import io.inference.broker.BrokerStarter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * The machine's installed RabbitMQ as a private node of this process: with its own name, ports, folders, cookie and
 * password, on loopback only, its data in a folder that is kept. A node that the system runs is not touched.
 */
final class RabbitNode implements BrokerStarter, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RabbitNode.class);
    private static final Duration START_WAIT = Duration.ofSeconds(90);
    private static final Duration STOP_WAIT = Duration.ofSeconds(15);
    private static final String USER = "inference";
    /** The node's process; the start script replaces itself with it. */
    private static final String NODE = "beam";

    /** A file that exists once the node has been up. */
    private static final String READY = "ready";

    private final Path parent;
    private final String path;
    private @Nullable DataFolder folder;
    private volatile @Nullable Process node;
    private volatile @Nullable Process epmd;
    private int @Nullable [] ports;
    private @Nullable BrokerAddress settings;

    /**
     * @param parent folder of the embedded servers' data
     * @param path folders in which the server's programs are looked for
     */
    RabbitNode(Path parent, String path) {
        this.parent = parent.toAbsolutePath();
        this.path = path;
    }

    @Override
    public synchronized BrokerAddress start() throws Exception {
        BrokerAddress running = settings;
        Process process = node;
        if (running != null && process != null && process.isAlive()) {
            return running;
        }
        RabbitPrograms programs = RabbitPrograms.find(path);
        DataFolder taken = folder == null ? DataFolder.take(parent, "rabbitmq") : folder;
        folder = taken;
        running = launch(programs, taken.path());
        settings = running;
        return running;
    }

    private BrokerAddress launch(RabbitPrograms programs, Path home) throws IOException, InterruptedException {
        long start = System.nanoTime();
        stopProcess(epmd);
        Orphan.stop(home.resolve("node.pid"), NODE);
        Orphan.stop(home.resolve("epmd.pid"), "epmd");
        Files.createDirectories(home);
        discardUnfinished(home);
        String password = secret(home.resolve("password"));
        secret(home.resolve(".erlang.cookie"));
        // Kept while this process runs, so that a restarted node has the same address.
        int[] ports = this.ports == null ? freePorts(3) : this.ports;
        this.ports = ports;
        Files.writeString(home.resolve("enabled_plugins"), "[].\n");
        Files.writeString(home.resolve("rabbitmq.conf"), """
                listeners.tcp.1 = 127.0.0.1:%d
                default_user = %s
                default_pass = %s
                log.file.level = warning
                raft.wal_max_size_bytes = 67108864
                """.formatted(ports[0], USER, password));
        Process names = run(
                home,
                "epmd",
                ports,
                List.of(programs.epmd().toString(), "-port", "" + ports[1], "-address", "127.0.0.1"));
        epmd = names;
        Process process = run(home, "node", ports, List.of(programs.server().toString()));
        node = process;
        awaitPort(process, ports[0], home);
        Files.writeString(home.resolve(READY), "");
        log.info("RabbitMQ node in {}, started in {} ms", home, (System.nanoTime() - start) / 1_000_000);
        return new BrokerAddress("127.0.0.1", ports[0], USER, password, "/", false);
    }

    /** Deletes the files of an interrupted first start: they may lack the user. */
    private static void discardUnfinished(Path home) throws IOException {
        if (!Files.exists(home.resolve(READY))) {
            FileSystemUtils.deleteRecursively(home.resolve("data"));
        }
    }

    private static Process run(Path home, String name, int[] ports, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(name + ".out").toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("RABBITMQ_") || key.startsWith("ERL_"));
        environment.put("HOME", home.toString());
        environment.put("ERL_EPMD_PORT", "" + ports[1]);
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        environment.put("RABBITMQ_NODENAME", "inference@localhost");
        environment.put("RABBITMQ_DIST_PORT", "" + ports[2]);
        environment.put("RABBITMQ_CONFIG_FILE", home.resolve("rabbitmq").toString());
        environment.put(
                "RABBITMQ_ADVANCED_CONFIG_FILE", home.resolve("advanced").toString());
        environment.put("RABBITMQ_CONF_ENV_FILE", home.resolve("none").toString());
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE", home.resolve("enabled_plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", home.resolve("data").toString());
        environment.put("RABBITMQ_LOG_BASE", home.resolve("log").toString());
        environment.put(
                "RABBITMQ_GENERATED_CONFIG_DIR", home.resolve("generated").toString());
        environment.put("RABBITMQ_SCHEMA_DIR", home.resolve("schema").toString());
        environment.put(
                "RABBITMQ_FEATURE_FLAGS_FILE", home.resolve("feature_flags").toString());
        // The script then becomes the node instead of waiting for it as a parent process.
        environment.put("RUNNING_UNDER_SYSTEMD", "true");
        environment.put(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}");
        Process process = builder.start();
        Files.writeString(home.resolve(name + ".pid"), Long.toString(process.pid()));
        return process;
    }

    private static void awaitPort(Process process, int port, Path home) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_WAIT.toNanos();
        while (System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        process.destroyForcibly();
        throw new IOException("the rabbitmq-server does not start; see " + home.resolve("node.out"));
    }

    private static String secret(Path file) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String made = HexFormat.of().formatHex(random);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, made.getBytes(StandardCharsets.US_ASCII));
        // Erlang refuses a cookie file that other users, or the owner by mistake, could change.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        return made;
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(free);
                ports[i] = free.getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** Stops the node; another {@link #start} continues with its data. */
    void halt() {
        stopProcess(node);
        stopProcess(epmd);
    }

    private static void stopProcess(@Nullable Process process) {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        halt();
        if (folder != null) {
            folder.close();
        }
    }
}
