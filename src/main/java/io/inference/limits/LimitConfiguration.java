package io.inference.limits;

import io.inference.config.LiveSettings;
import io.inference.config.Settings;
import io.inference.config.SettingsException;
import io.inference.redis.RedisAddress;
import io.inference.redis.RedisSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Limits for all callers together and for each. Connects to Redis only if there is a limit per minute. */
@Configuration(proxyBeanMethods = false)
class LimitConfiguration {
    @Bean
    LimitSettings limitSettings(Settings settings) {
        return LimitSettings.of(settings);
    }

    @Bean
    QueueLimiter queueLimiter(LimitSettings settings, MeterRegistry registry) {
        QueueLimiter waiting = new QueueLimiter(settings.maxWaiting());
        Gauge.builder("inference.requests.queued", waiting, QueueLimiter::count)
                .description("Requests that wait for their first token")
                .register(registry);
        return waiting;
    }

    @Bean
    QueueLimitProcessor queueLimitProcessor(QueueLimiter waiting) {
        return new QueueLimitProcessor(waiting);
    }

    @Bean
    Buckets buckets(LimitSettings settings, RedisSource redis) {
        if (!redis.enabled() || !settings.policy().needBuckets()) {
            return new LocalBuckets();
        }
        Callable<RedisAddress> address = redis.address();
        if (address == null) {
            throw new SettingsException(
                    List.of("REDIS_HOST is not set; with PROFILE=production nothing embedded starts, but "
                            + "REDIS_ENABLED=false lets each replica count its limits for itself"));
        }
        return new RedisBuckets(address);
    }

    @Bean
    RateLimiter rateLimiter(LimitSettings settings, Buckets buckets) {
        return new RateLimiter(settings.policy(), buckets);
    }

    @Bean
    LiveSettings liveLimits(Settings settings, LimitSettings atStart, RedisSource redis, RateLimiter limiter) {
        // Buckets are shared from the start on or not at all.
        boolean unshared = redis.enabled() && !atStart.policy().needBuckets();
        return new LiveLimits(() -> LimitSettings.of(settings).policy(), unshared, limiter);
    }

    @Bean
    RateLimitProcessor rateLimitProcessor(RateLimiter limiter) {
        return new RateLimitProcessor(limiter);
    }
}
