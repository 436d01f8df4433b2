package io.inference.models;

import io.inference.backend.BackendFactory;
import io.inference.backend.BackendSettings;
import io.inference.backend.ServiceAddresses;
import io.inference.config.Settings;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ModelsConfiguration {
    @Bean
    BackendSettings backendSettings(Settings settings) {
        return BackendSettings.of(settings);
    }

    @Bean
    BackendPool backendPool(
            List<BackendFactory> factories, BackendSettings settings, ObjectProvider<ServiceAddresses> services) {
        return new BackendPool(factories, settings.secrets(), services.getIfAvailable(() -> ServiceAddresses.NONE));
    }

    @Bean
    ModelDirectory modelDirectory() {
        return new ModelDirectory();
    }
}
