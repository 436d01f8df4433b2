package io.inference.redis;

import io.inference.config.Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Redis.
 *
 * @param enabled whether the service uses Redis at all
 * @param server null if none is named
 * @param connectTimeout also for a server that this process starts
 */
record RedisSettings(boolean enabled, @Nullable RedisAddress server, Duration connectTimeout) {
    static RedisSettings of(Settings settings) {
        Duration connectTimeout = settings.time("redis-connect-timeout");
        int port = settings.whole("redis-port");
        String password = settings.optionalText("redis-password").orElse(null);
        int database = settings.whole("redis-db");
        return new RedisSettings(
                settings.flag("redis-enabled"),
                settings.optionalText("redis-host")
                        .map(host -> new RedisAddress(host, port, password, database, connectTimeout))
                        .orElse(null),
                connectTimeout);
    }
}
