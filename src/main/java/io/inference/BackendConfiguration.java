package io.inference;

import io.inference.api.backend.Backend;
import io.inference.config.Settings;
import io.inference.local.LocalBackend;
import io.inference.local.LocalModelHealth;
import io.inference.local.LocalModels;
import io.inference.local.LocalSettings;
import io.inference.local.RequiredModel;
import io.inference.local.store.FetchListener;
import io.inference.local.store.StoreSettings;
import io.inference.models.ModelDirectory;
import io.inference.ollama.OllamaBackend;
import io.inference.ollama.OllamaSettings;
import io.inference.openai.OpenAiBackend;
import io.inference.openai.OpenAiSettings;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
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
        var store = StoreSettings.of(
                settings.path("model-dir"), settings.optionalText("hf-token").orElse(null));
        return LocalModels.start(
                new LocalSettings(
                        settings.text("local-engine"),
                        settings.text("local-model"),
                        store,
                        settings.optionalWhole("local-context-length"),
                        settings.optionalWhole("local-threads"),
                        settings.whole("local-max-batch"),
                        settings.whole("max-queue")),
                FetchListener.NONE);
    }

    @Bean
    LocalModelHealth localModelHealthIndicator(LocalModels models) {
        return new LocalModelHealth(models);
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> warmUpOnceListening(LocalModels models) {
        return ready -> models.serviceListens();
    }

    @Bean
    RequiredModel requiredModel(LocalModels models, ConfigurableApplicationContext context) {
        return new RequiredModel(
                models,
                failure -> Thread.ofPlatform().name("end-without-model").start(() -> {
                    new LoggingFailureAnalysisReporter().report(StartFailureAnalyzer.analysis(failure));
                    System.exit(SpringApplication.exit(context, () -> 1));
                }));
    }

    @Bean
    LocalBackend localBackend(LocalModels models, Settings settings) {
        return new LocalBackend(models, settings.time("first-token-timeout"));
    }

    /** In the order in which backends are preferred where several have a model. */
    @Bean(initMethod = "start")
    ModelDirectory modelDirectory(
            @Qualifier("localBackend") Backend local,
            @Qualifier("ollamaBackend") Backend ollama,
            @Qualifier("openaiBackend") Backend openai,
            LocalModels models) {
        ModelDirectory directory = new ModelDirectory(List.of(local, ollama, openai));
        models.whenDone(directory::refresh);
        return directory;
    }
}
