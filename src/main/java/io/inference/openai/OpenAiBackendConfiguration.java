package io.inference.openai;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class OpenAiBackendConfiguration {
    @Bean
    OpenAiSettings openaiSettings(Settings settings) {
        return OpenAiSettings.of(settings);
    }

    @Bean
    OpenAiBackend openaiBackend(OpenAiSettings settings) {
        return new OpenAiBackend(settings);
    }
}
