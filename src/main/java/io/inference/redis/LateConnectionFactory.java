package io.inference.redis;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Redis connections for Spring Data, used by the {@code spring-redis} steps of routes. The connection is opened with
 * the first command, so that the service does not connect if no route uses it. While Redis is unavailable a command
 * fails with {@code UNAVAILABLE} or with an exception of Spring.
 */
final class LateConnectionFactory implements RedisConnectionFactory, AutoCloseable {
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(3);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Callable<RedisAddress> source;
    private @Nullable LettuceConnectionFactory opened;

    /** @param source gives the address of Redis; may start the server. Its {@link InferenceException}s are passed on */
    public LateConnectionFactory(Callable<RedisAddress> source) {
        this.source = source;
    }

    private synchronized LettuceConnectionFactory factory() {
        LettuceConnectionFactory factory = opened;
        if (factory == null) {
            factory = open(settings());
            opened = factory;
        }
        return factory;
    }

    private RedisAddress settings() {
        try {
            return source.call();
        } catch (InferenceException e) {
            throw e;
        } catch (Exception e) {
            throw InferenceException.retryLater(
                    ErrorCode.UNAVAILABLE, "Redis cannot be reached; try again later", RETRY_AFTER);
        }
    }

    private static LettuceConnectionFactory open(RedisAddress settings) {
        RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(settings.host(), settings.port());
        server.setDatabase(settings.database());
        server.setPassword(settings.password());
        LettuceConnectionFactory factory = new LettuceConnectionFactory(
                server,
                LettuceClientConfiguration.builder()
                        .commandTimeout(ANSWER_WAIT)
                        .clientName("inference-service-routes")
                        .clientOptions(ClientOptions.builder()
                                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                                .socketOptions(SocketOptions.builder()
                                        .connectTimeout(settings.connectTimeout())
                                        .build())
                                .build())
                        .build());
        factory.start();
        return factory;
    }

    @Override
    public RedisConnection getConnection() {
        return factory().getConnection();
    }

    @Override
    public RedisClusterConnection getClusterConnection() {
        return factory().getClusterConnection();
    }

    @Override
    public RedisSentinelConnection getSentinelConnection() {
        return factory().getSentinelConnection();
    }

    @Override
    public boolean getConvertPipelineAndTxResults() {
        return true;
    }

    @Override
    public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException failure) {
        LettuceConnectionFactory factory;
        synchronized (this) {
            factory = opened;
        }
        return factory == null ? null : factory.translateExceptionIfPossible(failure);
    }

    @Override
    public synchronized void close() {
        if (opened != null) {
            opened.destroy();
        }
    }
}
