package io.inference.embedded;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/** A Redis of one test, which can be killed, started again at the same port, and halted. Keeps nothing on disk. */
public final class OwnRedis implements AutoCloseable {
    private final Path configuration;
    private final Path executable;
    private final int port;
    private final RedisClient client;
    private Process server;
    private StatefulRedisConnection<String, String> connection;

    /** @param folder of its files */
    public OwnRedis(Path folder) throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectories(folder);
        executable =
                ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
        configuration = Files.writeString(folder.resolve("redis.conf"), """
                bind 127.0.0.1
                port %d
                dir "%s"
                save ""
                """.formatted(port, folder.toAbsolutePath()));
        client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        start();
    }

    /** Starts it, empty; returns when it answers. */
    public void start() throws Exception {
        server = new ProcessBuilder(executable.toAbsolutePath().toString(), configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().ignoreExceptions().until(() -> {
            connection = client.connect();
            return true;
        });
    }

    public void kill() throws Exception {
        connection.close();
        server.destroyForcibly().waitFor();
    }

    /** It answers nothing until {@link #resume}; what was sent to it is done then. */
    public void halt() throws Exception {
        signal("STOP");
    }

    public void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(server.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    public RedisCommands<String, String> commands() {
        return connection.sync();
    }

    /** How often a command was processed since the start. */
    public long processed(String command) {
        return commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
                .sum();
    }

    /** The service's options that name it. */
    public List<String> options() {
        return List.of("--redis-host=127.0.0.1", "--redis-port=" + port);
    }

    @Override
    public void close() throws Exception {
        client.shutdown(0, 1, TimeUnit.SECONDS);
        server.destroyForcibly().waitFor();
    }
}
