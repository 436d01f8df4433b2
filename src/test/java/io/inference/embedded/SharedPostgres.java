package io.inference.embedded;

import io.inference.database.DatabaseAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL for all tests of a JVM, started by the first one that needs it, with an empty database. */
public final class SharedPostgres {
    private static final String NAME = "tests";

    /** Pictures belong to one database, so that a new one needs a new folder. */
    private static final Path FOLDERS =
            Path.of("target", "images", "" + ProcessHandle.current().pid());

    private static final AtomicInteger FRESH = new AtomicInteger();

    private SharedPostgres() {}

    public static DatabaseAddress settings() {
        return Holder.SETTINGS;
    }

    /** The service's options that name it. */
    public static List<String> options() {
        return options(NAME, "shared");
    }

    private static List<String> options(String name, String folder) {
        URI address = URI.create(settings().url().substring("jdbc:".length()));
        return List.of(
                "--db-host=" + address.getHost(),
                "--db-port=" + address.getPort(),
                "--db-user=" + settings().user(),
                "--db-password=" + settings().password(),
                "--db-name=" + name,
                "--image-dir=" + FOLDERS.resolve(folder));
    }

    /**
     * An empty database of that name, for tests whose jobs no other test's service may take.
     *
     * @return the service's options that name it
     */
    public static List<String> freshOptions(String name) {
        fresh(name);
        return options(name, name + "-" + FRESH.incrementAndGet());
    }

    /** An empty database of that name. */
    public static DatabaseAddress fresh(String name) {
        DatabaseAddress shared = settings();
        try (var connection = java.sql.DriverManager.getConnection(shared.url(), shared.user(), shared.password())) {
            connection.createStatement().execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            connection.createStatement().execute("CREATE DATABASE " + name);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
        String url = shared.url().replace("/" + NAME, "/" + name);
        return new DatabaseAddress(url, shared.user(), shared.password(), 10);
    }

    private static final class Holder {
        private static final DatabaseAddress SETTINGS = start();

        private static DatabaseAddress start() {
            PostgresServer server = new PostgresServer(Path.of("target", "embedded"));
            try {
                DatabaseAddress admin = server.start("postgres", 2);
                try (var connection =
                        java.sql.DriverManager.getConnection(admin.url(), admin.user(), admin.password())) {
                    connection.createStatement().execute("DROP DATABASE IF EXISTS " + NAME + " WITH (FORCE)");
                }
                return server.start(NAME, 5);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
