package io.inference.embedded;

import io.inference.database.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL of one test, which can be crashed. */
public final class OwnPostgres implements AutoCloseable {
    private final PostgresServer server;
    private final DatabaseAddress settings;
    private final Path data;
    private final Path control;

    /** @param name of its folder below {@code target} and of its database, which is empty */
    public OwnPostgres(String name) throws Exception {
        server = new PostgresServer(Path.of("target", name));
        DatabaseAddress admin = server.start("postgres", 2);
        try (var connection = java.sql.DriverManager.getConnection(admin.url(), admin.user(), admin.password());
                var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            try (var row = statement.executeQuery("SHOW data_directory")) {
                row.next();
                data = Path.of(row.getString(1));
            }
        }
        settings = server.start(name, 10);
        String command = Files.readString(data.resolve("postmaster.opts"));
        control = Path.of(command.substring(0, command.indexOf(' '))).resolveSibling("pg_ctl");
    }

    public DatabaseAddress settings() {
        return settings;
    }

    /** Stops it as a power cut would. */
    public void crash() throws IOException, InterruptedException {
        control("stop", "-m", "immediate");
    }

    /** Starts it again with its data. */
    public void recover() throws IOException, InterruptedException {
        String command = Files.readString(data.resolve("postmaster.opts")).strip();
        control("start", "-o", command.substring(command.indexOf(' ') + 1).replace("\"", "'"));
    }

    private void control(String action, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it is another user.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(control.toString(), action, "-w", "-D", data.toString(), "-l", data + ".log"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("pg_ctl " + action + " failed: " + process.exitValue());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
