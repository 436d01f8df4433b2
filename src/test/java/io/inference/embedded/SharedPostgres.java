package io.inference.embedded;

import io.inference.database.DatabaseSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** One real PostgreSQL for all tests of a JVM, started by the first that asks, with an empty database. */
public final class SharedPostgres {
    private static final String NAME = "tests";

    private SharedPostgres() {}

    public static DatabaseSettings settings() {
        return Holder.SETTINGS;
    }

    /** The service's options that name it. */
    public static List<String> options() {
        URI address = URI.create(settings().url().substring("jdbc:".length()));
        return List.of(
                "--db-host=" + address.getHost(),
                "--db-port=" + address.getPort(),
                "--db-user=" + settings().user(),
                "--db-password=" + settings().password(),
                "--db-name=" + NAME);
    }

    private static final class Holder {
        private static final DatabaseSettings SETTINGS = start();

        private static DatabaseSettings start() {
            PostgresServer server = new PostgresServer(Path.of("target", "embedded"));
            try {
                DatabaseSettings admin = server.start("postgres", 2);
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
