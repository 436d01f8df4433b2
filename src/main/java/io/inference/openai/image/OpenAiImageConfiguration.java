package io.inference.openai.image;

import io.inference.api.backend.Backend;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendFactory;
import io.inference.backend.BackendKind;
import io.inference.backend.EntryConnections;
import io.inference.backend.EntrySecrets;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class OpenAiImageConfiguration {
    @Bean
    BackendFactory openaiImagesBackendFactory() {
        return new BackendFactory() {
            @Override
            public BackendKind kind() {
                return BackendKind.OPENAI_IMAGES;
            }

            @Override
            public Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
                return new OpenAiImageBackend(
                        EntryConnections.of(entry, url, secrets), entry.models().named());
            }
        };
    }
}
