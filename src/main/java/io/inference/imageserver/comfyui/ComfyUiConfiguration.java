package io.inference.imageserver.comfyui;

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
class ComfyUiConfiguration {
    @Bean
    BackendFactory comfyuiBackendFactory() {
        return new BackendFactory() {
            @Override
            public BackendKind kind() {
                return BackendKind.COMFYUI;
            }

            @Override
            public Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
                return new ComfyUiBackend(EntryConnections.of(entry, url, secrets), entry.workflows());
            }
        };
    }
}
