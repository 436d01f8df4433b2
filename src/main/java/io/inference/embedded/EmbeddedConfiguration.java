package io.inference.embedded;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.Environment;

/** The servers that this package offers. Making one of these beans starts nothing. */
@Configuration(proxyBeanMethods = false)
@Profile("embedded")
class EmbeddedConfiguration {
    @Bean
    PostgresServer postgresServer(Settings settings) {
        return new PostgresServer(settings.path("data-dir"));
    }

    @Bean
    RedisProcess redisProcess(Settings settings) {
        return new RedisProcess(settings.path("data-dir"));
    }

    @Bean
    RabbitNode rabbitNode(Settings settings, Environment environment) {
        return new RabbitNode(settings.path("data-dir"), environment.getProperty("PATH", ""));
    }
}
