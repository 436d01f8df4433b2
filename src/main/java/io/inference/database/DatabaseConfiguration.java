package io.inference.database;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** PostgreSQL: the one that the settings name, else one that this process starts for itself. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
    @Bean
    DatabaseSettings databaseSettings(Settings settings) {
        return DatabaseSettings.of(settings);
    }

    @Bean
    Database database(DatabaseSettings settings, ObjectProvider<DatabaseServer> embedded) {
        DatabaseAddress named = settings.server();
        if (named != null) {
            return Database.open(() -> named);
        }
        DatabaseServer server = embedded.getIfAvailable();
        if (server == null) {
            throw new SettingsException(List.of(
                    "DB_HOST is not set, nor DB_CONNECTION_STRING; with PROFILE=production nothing embedded starts"));
        }
        return Database.open(() -> server.start(settings.name(), settings.poolSize()));
    }

    /** For the {@code sql} steps of routes. Not a candidate for Spring Boot's own database beans. */
    @Bean(defaultCandidate = false)
    DataSource dataSource(Database database) {
        return database.dataSource();
    }

    @Bean
    DatabaseHealth databaseHealthIndicator(Database database) {
        return new DatabaseHealth(database);
    }
}
