package io.inference.redis;

import io.inference.config.Settings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The Redis that the service uses, and the bean for the steps of routes. */
@Configuration(proxyBeanMethods = false)
class RedisConfiguration {
    @Bean
    RedisSettings redisSettings(Settings settings) {
        return RedisSettings.of(settings);
    }

    @Bean
    RedisSource redisSource(RedisSettings settings, ObjectProvider<RedisStarter> embedded) {
        RedisAddress named = settings.server();
        if (named != null) {
            return new RedisSource(settings.enabled(), () -> named);
        }
        RedisStarter starter = embedded.getIfAvailable();
        return new RedisSource(
                settings.enabled(), starter == null ? null : () -> starter.start(settings.connectTimeout()));
    }

    /** For the {@code spring-redis} steps of routes: keys and values are text. */
    @Bean(defaultCandidate = false)
    StringRedisTemplate redisTemplate(@Qualifier("redisForRoutes") LateConnectionFactory redis) {
        return new StringRedisTemplate(redis);
    }

    @Bean(defaultCandidate = false)
    LateConnectionFactory redisForRoutes(RedisSource source) {
        return new LateConnectionFactory(source.enabled() ? source.address() : null);
    }
}
