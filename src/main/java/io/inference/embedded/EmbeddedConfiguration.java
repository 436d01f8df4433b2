package io.inference.embedded;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.Environment;

/** The servers that this package offers. Creating one of these beans starts nothing. */
@Configuration(proxyBeanMethods = false)
@Profile("embedded")
class EmbeddedConfiguration {
    @Bean
    EmbeddedSettings embeddedSettings(Settings settings) {
        return EmbeddedSettings.of(settings);
    }

    @Bean
    PostgresServer postgresServer(EmbeddedSettings settings) {
        return new PostgresServer(settings.dataFolder());
    }

    @Bean
    RedisProcess redisProcess(EmbeddedSettings settings) {
        return new RedisProcess(settings.dataFolder());
    }

    @Bean
    RabbitNode rabbitNode(EmbeddedSettings settings, Environment environment) {
        return new RabbitNode(settings.dataFolder(), environment.getProperty("PATH", ""));
    }
}
