package io.inference.embedded;

import io.inference.database.DatabaseAddress;
import io.inference.database.DatabaseServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL for this process alone, with its data in a folder that is kept. It listens on loopback and requires a
 * password that is readable only with access to the folder: a superuser of PostgreSQL may run programs, which other
 * users of the machine must not.
 */
final class PostgresServer implements DatabaseServer, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresServer.class);
    private static final Duration START_WAIT = Duration.ofSeconds(60);
    private static final String ROLE = "postgres";
    private static final String ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n";

    private final Path parent;
    private @Nullable DataFolder folder;
    private @Nullable EmbeddedPostgres server;
    private String password = "";

    /** @param parent folder of the embedded servers' data */
    PostgresServer(Path parent) {
        this.parent = parent;
    }

    @Override
    public synchronized DatabaseAddress start(String name, int poolSize) throws Exception {
        EmbeddedPostgres running = server;
        if (running == null) {
            running = launch();
            server = running;
        }
        createDatabase(running, name);
        return DatabaseAddress.of("127.0.0.1", running.getPort(), name, ROLE, password, "disable", poolSize);
    }

    private EmbeddedPostgres launch() throws IOException, InterruptedException {
        DataFolder taken = folder == null ? DataFolder.take(parent.toAbsolutePath(), "postgres") : folder;
        folder = taken;
        Orphan.stop(taken.path().resolve("postmaster.pid"), "postgres");
        discardUnfinished(taken.path());
        Path passwordFile = taken.path().resolveSibling(taken.path().getFileName() + ".password");
        password = password(passwordFile);
        long start = System.nanoTime();
        EmbeddedPostgres started = EmbeddedPostgres.builder()
                .setDataDirectory(taken.path())
                .setCleanDataDirectory(false)
                // The default is a folder that all users of the machine share.
                .setOverrideWorkingDirectory(
                        parent.toAbsolutePath().resolve("binaries").toFile())
                .setDataDirectoryCustomizer(PostgresServer::guard)
                .setRegisterShutdownHook(true)
                .setPGStartupWait(START_WAIT)
                .setLocaleConfig("pwfile", passwordFile.toString())
                .setLocaleConfig("auth-host", "scram-sha-256")
                .setConnectConfig("password", password)
                // Without these settings a crash of the machine would lose data that callers know as stored.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .start();
        log.info("embedded PostgreSQL in {}, started in {} ms", taken.path(), (System.nanoTime() - start) / 1_000_000);
        return started;
    }

    /**
     * Deletes the files of an interrupted initdb: they contain no data yet, and PostgreSQL would not start with them.
     */
    private static void discardUnfinished(Path data) throws IOException {
        if (!Files.exists(data) || Files.exists(data.resolve("global").resolve("pg_control"))) {
            return;
        }
        org.springframework.util.FileSystemUtils.deleteRecursively(data);
    }

    private static void guard(File data) {
        try {
            Files.writeString(data.toPath().resolve("pg_hba.conf"), ACCESS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String password(Path file) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String made = HexFormat.of().formatHex(random);
        Files.write(file, made.getBytes(StandardCharsets.US_ASCII));
        return made;
    }

    private static void createDatabase(EmbeddedPostgres server, String name) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                PreparedStatement find = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?");
                Statement create = connection.createStatement()) {
            find.setString(1, name);
            if (!find.executeQuery().next()) {
                create.executeUpdate("CREATE DATABASE \"%s\"".formatted(name.replace("\"", "\"\"")));
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (server != null) {
            server.close();
        }
        if (folder != null) {
            folder.close();
        }
    }
}
