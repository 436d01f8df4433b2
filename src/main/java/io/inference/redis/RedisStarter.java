package io.inference.redis;

import java.time.Duration;

/** What starts a Redis for this process alone, where none is configured. */
public interface RedisStarter {
    /**
     * Starts the server, or finds it started; called again after a failure.
     *
     * @param connectTimeout goes into the settings
     * @throws Exception where it does not start; the message says why
     */
    RedisAddress start(Duration connectTimeout) throws Exception;
}
