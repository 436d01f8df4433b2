package io.inference.local;

import io.inference.api.backend.Backend;
import io.inference.api.backend.EngineReports;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendFactory;
import io.inference.backend.BackendKind;
import io.inference.backend.EntrySecrets;
import io.inference.config.Settings;
import io.inference.local.store.FetchListener;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The local model and its backend. */
@Configuration(proxyBeanMethods = false)
class LocalConfiguration {
    @Bean
    LocalSettings localSettings(Settings settings) {
        return LocalSettings.of(settings);
    }

    @Bean
    LocalModels localModels(LocalSettings settings) {
        return LocalModels.start(settings, FetchListener.NONE);
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
                    new LoggingFailureAnalysisReporter().report(failure.analysis());
                    System.exit(SpringApplication.exit(context, () -> 1));
                }));
    }

    @Bean
    EngineReports engineReports(LocalModels models) {
        return new LocalEngineReports(models);
    }

    @Bean
    BackendFactory localBackendFactory(LocalModels models) {
        return new BackendFactory() {
            @Override
            public BackendKind kind() {
                return BackendKind.LOCAL;
            }

            @Override
            public Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
                return new LocalBackend(entry.name(), models, entry.timeouts().firstToken());
            }
        };
    }
}
