package io.inference.imageserver.automatic1111;

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
class Automatic1111Configuration {
    @Bean
    BackendFactory automatic1111BackendFactory() {
        return new BackendFactory() {
            @Override
            public BackendKind kind() {
                return BackendKind.AUTOMATIC1111;
            }

            @Override
            public Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
                return new Automatic1111Backend(EntryConnections.of(entry, url, secrets));
            }
        };
    }
}
