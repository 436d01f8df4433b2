package io.inference;

import io.inference.api.Backend;
import io.inference.config.Settings;
import io.inference.local.LocalBackend;
import io.inference.local.LocalModels;
import io.inference.models.ModelDirectory;
import io.inference.ollama.OllamaBackend;
import io.inference.ollama.OllamaSettings;
import io.inference.openai.OpenAiBackend;
import io.inference.openai.OpenAiSettings;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The backends, and the directory that knows their models. */
@Configuration(proxyBeanMethods = false)
class BackendConfiguration {
    @Bean
    OllamaBackend ollamaBackend(Settings settings) {
        return new OllamaBackend(new OllamaSettings(
                settings.optionalUrl("inference-services-ollama-base-url").orElse(null),
                settings.time("first-token-timeout")));
    }

    @Bean
    OpenAiBackend openaiBackend(Settings settings) {
        return new OpenAiBackend(new OpenAiSettings(
                settings.optionalUrl("inference-services-openai-base-url").orElse(null),
                settings.optionalText("inference-services-openai-api-key").orElse(null),
                settings.time("first-token-timeout")));
    }

    @Bean
    LocalModels localModels(Settings settings) {
        return new LocalModels(settings.text("local-engine").equals("off"));
    }

    @Bean
    LocalBackend localBackend(LocalModels models, Settings settings) {
        return new LocalBackend(models.model(), settings.time("first-token-timeout"));
    }

    /** In the order in which backends are preferred where several have a model. */
    @Bean(initMethod = "start")
    ModelDirectory modelDirectory(
            @Qualifier("localBackend") Backend local,
            @Qualifier("ollamaBackend") Backend ollama,
            @Qualifier("openaiBackend") Backend openai) {
        return new ModelDirectory(List.of(local, ollama, openai));
    }
}
