package io.inference.redis;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Address and credentials of Redis.
 *
 * @param password null for none
 * @param database number of the database
 */
public record RedisAddress(String host, int port, @Nullable String password, int database, Duration connectTimeout) {
    /** Without the password. */
    @Override
    public String toString() {
        return "redis://" + host + ":" + port + "/" + database;
    }
}
