package io.inference.security.keys;

import io.inference.config.Settings;
import io.inference.database.Database;
import io.inference.security.AuditLog;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** API keys: their provider, and the beans that {@code rest-keys.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class KeyConfiguration {
    @Bean
    KeySettings keySettings(Settings settings) {
        return KeySettings.of(settings);
    }

    @Bean
    ApiKeys apiKeys(Database database, KeySettings settings) {
        return new ApiKeys(database, InstantSource.system(), settings.bootstrapKey(), settings.adminGroups());
    }

    @Bean
    CreateApiKeyProcessor createApiKeyProcessor(ApiKeys keys, AuditLog audit) {
        return new CreateApiKeyProcessor(keys, audit);
    }

    @Bean
    ListApiKeysProcessor listApiKeysProcessor(ApiKeys keys, AuditLog audit) {
        return new ListApiKeysProcessor(keys, audit);
    }

    @Bean
    RevokeApiKeyProcessor revokeApiKeyProcessor(ApiKeys keys, AuditLog audit) {
        return new RevokeApiKeyProcessor(keys, audit);
    }
}
