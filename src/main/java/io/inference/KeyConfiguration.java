package io.inference;

import io.inference.config.Settings;
import io.inference.database.Database;
import io.inference.security.AuditLog;
import io.inference.security.keys.ApiKeys;
import io.inference.security.keys.CreateApiKeyProcessor;
import io.inference.security.keys.ListApiKeysProcessor;
import io.inference.security.keys.RevokeApiKeyProcessor;
import java.time.InstantSource;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** API keys: their verifier, which the doors ask, and what {@code rest-keys.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class KeyConfiguration {
    @Bean
    ApiKeys apiKeys(Database database, Settings settings) {
        return new ApiKeys(
                database,
                InstantSource.system(),
                settings.optionalText("bootstrap-api-key").orElse(null),
                settings.text("auth-admin-group"));
    }

    @Bean
    Processor createApiKeyProcessor(ApiKeys keys, AuditLog audit) {
        return new CreateApiKeyProcessor(keys, audit);
    }

    @Bean
    Processor listApiKeysProcessor(ApiKeys keys, AuditLog audit) {
        return new ListApiKeysProcessor(keys, audit);
    }

    @Bean
    Processor revokeApiKeyProcessor(ApiKeys keys, AuditLog audit) {
        return new RevokeApiKeyProcessor(keys, audit);
    }
}
