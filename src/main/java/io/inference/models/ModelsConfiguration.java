package io.inference.models;

import io.inference.backend.BackendFactory;
import io.inference.backend.BackendSettings;
import io.inference.config.Settings;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ModelsConfiguration {
    @Bean
    BackendSettings backendSettings(Settings settings) {
        return BackendSettings.of(settings);
    }

    @Bean
    BackendPool backendPool(List<BackendFactory> factories, BackendSettings settings) {
        return new BackendPool(factories, settings.secrets());
    }

    @Bean
    ModelDirectory modelDirectory() {
        return new ModelDirectory();
    }
}
