package io.inference.job.file;

import io.inference.config.Settings;
import io.inference.database.Database;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class FileConfiguration {
    @Bean
    FileSettings fileSettings(Settings settings) {
        return FileSettings.of(settings);
    }

    @Bean
    Files files(Database database, FileSettings settings) {
        return new Files(database, settings.storageBytes());
    }
}
