package io.inference.embedded;

import io.inference.redis.RedisAddress;
import io.inference.redis.RedisStarter;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** Redis for this process alone: on loopback, with a generated password, without persistence. */
final class RedisProcess implements RedisStarter, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisProcess.class);

    private final Path parent;
    private @Nullable DataFolder folder;
    private @Nullable RedisServer server;
    private @Nullable RedisAddress settings;

    /** @param parent folder of the embedded servers' data */
    RedisProcess(Path parent) {
        this.parent = parent.toAbsolutePath();
    }

    @Override
    public synchronized RedisAddress start(Duration connectTimeout) throws Exception {
        RedisAddress running = settings;
        if (running == null) {
            running = launch(connectTimeout);
            settings = running;
        }
        return running;
    }

    private RedisAddress launch(Duration connectTimeout) throws IOException, InterruptedException {
        DataFolder taken = folder == null ? DataFolder.take(parent, "redis") : folder;
        folder = taken;
        Path pidFile = taken.path().resolve("redis.pid");
        Orphan.stop(pidFile, "redis-server");
        Files.createDirectories(taken.path());
        int port = freePort();
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        // In a file, since every user of the machine can read a command line.
        Path configuration = Files.writeString(
                taken.path().resolve("redis.conf"), """
                bind 127.0.0.1
                port %d
                requirepass %s
                pidfile "%s"
                dir "%s"
                save ""
                appendonly no
                """.formatted(port, password, pidFile, taken.path()));
        File executable =
                ExecutableProvider.newJarResourceProvider(taken.path().toFile()).get();
        RedisServer started =
                new RedisServer(port, List.of(executable.getAbsolutePath(), configuration.toString()), false);
        started.start();
        server = started;
        log.info("embedded Redis in {}", taken.path());
        return new RedisAddress("127.0.0.1", port, password, 0, connectTimeout);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (server != null) {
            server.stop();
        }
        if (folder != null) {
            folder.close();
        }
    }
}
