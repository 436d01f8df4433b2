package io.inference.redis;

import java.time.Duration;

/** Starts a Redis for this process alone if none is configured. */
public interface RedisStarter {
    /**
     * Starts the server unless it is running; called again after a failure.
     *
     * @param connectTimeout copied into the returned address
     * @throws Exception if it does not start; the message gives the reason
     */
    RedisAddress start(Duration connectTimeout) throws Exception;
}
