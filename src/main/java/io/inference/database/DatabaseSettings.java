package io.inference.database;

import io.inference.config.Settings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of PostgreSQL.
 *
 * @param server null if none is named, so that this process starts one
 * @param name of the database, for a server that this process starts
 * @param poolSize maximum number of connections
 */
record DatabaseSettings(@Nullable DatabaseAddress server, String name, int poolSize) {
    DatabaseSettings {
        if (poolSize < 1) {
            throw new IllegalArgumentException("a pool of " + poolSize + " connections");
        }
    }

    static DatabaseSettings of(Settings settings) {
        int port = settings.whole("db-port");
        String name = settings.text("db-name");
        String user = settings.text("db-user");
        String password = settings.optionalText("db-password").orElse(null);
        String sslMode = settings.text("db-sslmode");
        int poolSize = settings.whole("db-pool-size");
        Optional<DatabaseAddress> byHost = settings.optionalText("db-host")
                .map(host -> DatabaseAddress.of(host, port, name, user, password, sslMode, poolSize));
        Optional<DatabaseAddress> server = settings.optionalText("db-connection-string")
                .map(text -> DatabaseAddress.of(text, poolSize))
                .or(() -> byHost);
        return new DatabaseSettings(server.orElse(null), name, poolSize);
    }
}
