package io.inference.redis;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The Redis to use: the one that the settings name; otherwise one that this process starts for itself, if it can.
 *
 * @param enabled whether the service uses Redis at all
 * @param address may start the server, and is called again after a failure; null if there is none
 */
public record RedisSource(boolean enabled, @Nullable Callable<RedisAddress> address) {}
