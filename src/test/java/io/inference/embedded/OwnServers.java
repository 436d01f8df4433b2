package io.inference.embedded;

import io.inference.broker.BrokerSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

/** A broker and a PostgreSQL of one test's own, which it may stop and start again where they were. */
public final class OwnServers implements AutoCloseable {
    private final Path folder;
    private final int postgresPort;
    private RabbitNode broker;
    private BrokerSettings brokerSettings;
    private EmbeddedPostgres postgres;

    public OwnServers(Path folder) throws Exception {
        this.folder = folder;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            postgresPort = free.getLocalPort();
        }
        broker = new RabbitNode(folder, System.getenv("PATH"));
        brokerSettings = broker.start();
        startPostgres();
    }

    public BrokerSettings broker() {
        return brokerSettings;
    }

    public void stopBroker() {
        broker.halt();
    }

    public void startBroker() throws Exception {
        brokerSettings = broker.start();
    }

    public void startPostgres() {
        try {
            postgres = EmbeddedPostgres.builder()
                    .setPort(postgresPort)
                    .setDataDirectory(folder.resolve("postgres"))
                    .setCleanDataDirectory(false)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void stopPostgres() throws IOException {
        postgres.close();
    }

    public String jdbcUrl() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    /** The service's options that name both. */
    public List<String> options() {
        return List.of(
                "--rabbitmq-host=" + brokerSettings.host(),
                "--rabbitmq-port=" + brokerSettings.port(),
                "--rabbitmq-user=" + brokerSettings.user(),
                "--rabbitmq-password=" + brokerSettings.password(),
                "--db-host=127.0.0.1",
                "--db-port=" + postgresPort,
                "--db-user=postgres",
                "--db-password=unused",
                "--db-name=postgres");
    }

    @Override
    public void close() throws Exception {
        postgres.close();
        broker.close();
    }
}
