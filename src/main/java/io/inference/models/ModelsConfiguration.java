package io.inference.models;

import io.inference.api.backend.Backend;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ModelsConfiguration {
    /** The directory of models; its backends are in the order of preference. */
    @Bean(initMethod = "start")
    ModelDirectory modelDirectory(
            @Qualifier("localBackend") Backend local,
            @Qualifier("ollamaBackend") Backend ollama,
            @Qualifier("openaiBackend") Backend openai) {
        return new ModelDirectory(List.of(local, ollama, openai));
    }
}
