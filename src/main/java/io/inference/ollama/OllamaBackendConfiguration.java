package io.inference.ollama;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class OllamaBackendConfiguration {
    @Bean
    OllamaSettings ollamaSettings(Settings settings) {
        return OllamaSettings.of(settings);
    }

    @Bean
    OllamaBackend ollamaBackend(OllamaSettings settings) {
        return new OllamaBackend(settings);
    }
}
