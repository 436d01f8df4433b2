package io.inference;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import io.inference.database.Database;
import io.inference.database.DatabaseHealth;
import io.inference.database.DatabaseServer;
import io.inference.database.DatabaseSettings;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** PostgreSQL: the one that the settings name, else one that this process starts for itself. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
    @Bean
    Database database(Settings settings, ObjectProvider<DatabaseServer> embedded) {
        int poolSize = settings.whole("db-pool-size");
        String name = settings.text("db-name");
        Optional<DatabaseSettings> configured = configured(settings, name, poolSize);
        if (configured.isPresent()) {
            return Database.open(configured::get);
        }
        DatabaseServer server = embedded.getIfAvailable();
        if (server == null) {
            throw new SettingsException(List.of(
                    "DB_HOST is not set, nor DB_CONNECTION_STRING; with PROFILE=production nothing embedded starts"));
        }
        return Database.open(() -> server.start(name, poolSize));
    }

    /** For the {@code sql} steps of routes; no candidate for what Spring Boot would make of a database. */
    @Bean(defaultCandidate = false)
    DataSource dataSource(Database database) {
        return database.dataSource();
    }

    @Bean
    DatabaseHealth databaseHealthIndicator(Database database) {
        return new DatabaseHealth(database);
    }

    private static Optional<DatabaseSettings> configured(Settings settings, String name, int poolSize) {
        int port = settings.whole("db-port");
        String user = settings.text("db-user");
        String password = settings.optionalText("db-password").orElse(null);
        String sslMode = settings.text("db-sslmode");
        Optional<DatabaseSettings> byHost = settings.optionalText("db-host")
                .map(host -> DatabaseSettings.of(host, port, name, user, password, sslMode, poolSize));
        return settings.optionalText("db-connection-string")
                .map(text -> DatabaseSettings.of(text, poolSize))
                .or(() -> byHost);
    }
}
