package io.inference;

import io.inference.api.error.InferenceException;
import io.inference.config.Settings;
import io.inference.config.SettingsException;
import io.inference.limits.Buckets;
import io.inference.limits.LimitPolicy;
import io.inference.limits.LimitPolicy.GroupLimits;
import io.inference.limits.LocalBuckets;
import io.inference.limits.RateLimitProcessor;
import io.inference.limits.RateLimiter;
import io.inference.limits.RateLimits;
import io.inference.limits.RedisBuckets;
import io.inference.redis.LateConnectionFactory;
import io.inference.redis.RedisSettings;
import io.inference.redis.RedisStarter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.camel.Processor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Limits a caller. Redis is looked for only where something is counted by the minute. */
@Configuration(proxyBeanMethods = false)
class LimitConfiguration {
    @Bean
    LimitPolicy limitPolicy(Settings settings) {
        RateLimits defaults = new RateLimits(
                settings.whole("rate-limit-requests-per-minute"),
                settings.whole("rate-limit-tokens-per-minute"),
                settings.whole("rate-limit-streams"));
        Map<String, GroupLimits> byGroup = new HashMap<>();
        settings.namedNumbers("rate-limit-groups")
                .forEach((group, limits) -> byGroup.put(
                        group, new GroupLimits(limits.get("requests"), limits.get("tokens"), limits.get("streams"))));
        return new LimitPolicy(defaults, byGroup);
    }

    @Bean
    Buckets buckets(LimitPolicy limits, Settings settings, ObjectProvider<RedisStarter> embedded) {
        Optional<Callable<RedisSettings>> redis = redis(settings, embedded);
        if (!settings.flag("redis-enabled") || !limits.needBuckets()) {
            return new LocalBuckets();
        }
        return new RedisBuckets(redis.orElseThrow(() -> new SettingsException(
                List.of("REDIS_HOST is not set; with PROFILE=production nothing embedded starts, but "
                        + "REDIS_ENABLED=false lets each replica count its limits for itself"))));
    }

    /** For the {@code spring-redis} steps of routes: keys and values are text. */
    @Bean(defaultCandidate = false)
    StringRedisTemplate redisTemplate(@Qualifier("redisForRoutes") LateConnectionFactory redis) {
        return new StringRedisTemplate(redis);
    }

    @Bean(defaultCandidate = false)
    LateConnectionFactory redisForRoutes(Settings settings, ObjectProvider<RedisStarter> embedded) {
        Optional<Callable<RedisSettings>> redis = redis(settings, embedded).filter(r -> settings.flag("redis-enabled"));
        return new LateConnectionFactory(redis.orElse(() -> {
            throw InferenceException.notConfigured("redis", "REDIS_HOST is not set, or REDIS_ENABLED=false");
        }));
    }

    @Bean
    RateLimiter rateLimiter(LimitPolicy limits, Buckets buckets) {
        return new RateLimiter(limits, buckets);
    }

    @Bean
    Processor rateLimitProcessor(RateLimiter limiter) {
        return new RateLimitProcessor(limiter);
    }

    /** Where Redis is: as configured, else one of this process' own; empty where there is none. */
    private static Optional<Callable<RedisSettings>> redis(Settings settings, ObjectProvider<RedisStarter> embedded) {
        Duration connectTimeout = settings.time("redis-connect-timeout");
        Optional<Callable<RedisSettings>> configured =
                configured(settings, connectTimeout).map(known -> () -> known);
        return configured.or(() ->
                Optional.ofNullable(embedded.getIfAvailable()).map(starter -> () -> starter.start(connectTimeout)));
    }

    private static Optional<RedisSettings> configured(Settings settings, Duration connectTimeout) {
        int port = settings.whole("redis-port");
        String password = settings.optionalText("redis-password").orElse(null);
        int database = settings.whole("redis-db");
        return settings.optionalText("redis-host")
                .map(host -> new RedisSettings(host, port, password, database, connectTimeout));
    }
}
