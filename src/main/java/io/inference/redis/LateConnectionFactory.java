package io.inference.redis;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.connect.RetryingConnector;
import io.inference.connect.RootCause;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
 *
 * <p>All commands share one connection: Lettuce sends them one after the other without waiting for answers. A pool
 * would serve only commands that block or transactions, and the service has neither.
 */
public final class LateConnectionFactory implements RedisConnectionFactory, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LateConnectionFactory.class);
    private static final Duration ANSWER_WAIT = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final @Nullable Callable<RedisAddress> source;
    private @Nullable LettuceConnectionFactory opened;
    private @Nullable RetryingConnector opener;
    private volatile boolean connected;
    private String lastReason = "";

    /**
     * @param source gives the address of Redis; may start the server. Its {@link InferenceException}s are passed on.
     *     Null if there is no Redis: then every command fails with {@code NOT_CONFIGURED}
     */
    public LateConnectionFactory(@Nullable Callable<RedisAddress> source) {
        this.source = source;
    }

    /** Whether there is a Redis at all. */
    public boolean isConfigured() {
        return source != null;
    }

    /**
     * Whether there has been a connection: then a command is sent, or fails at once while the connection is broken.
     * Otherwise it is opened in the background, so that a caller who can do without Redis does not wait for it.
     */
    public boolean isConnected() {
        if (!connected && source != null) {
            openInBackground();
        }
        return connected;
    }

    private synchronized void openInBackground() {
        if (opener == null) {
            opener = new RetryingConnector("redis-for-routes", FIRST_PAUSE, LONGEST_PAUSE, this::tryToOpen);
            opener.start();
        }
    }

    private boolean tryToOpen() {
        try {
            getConnection().close();
            connected = true;
            return true;
        } catch (RuntimeException e) {
            String reason = RootCause.message(e);
            if (!reason.equals(lastReason)) {
                log.warn("Redis cannot be reached by routes, retrying: {}", reason);
            }
            lastReason = reason;
            return false;
        }
    }

    private LettuceConnectionFactory factory() {
        synchronized (this) {
            if (opened != null) {
                return opened;
            }
        }
        // Outside of the lock: it may start a server.
        LettuceConnectionFactory made = make(settings());
        synchronized (this) {
            if (opened == null) {
                made.start();
                opened = made;
            }
            return opened;
        }
    }

    private RedisAddress settings() {
        if (source == null) {
            throw InferenceException.notConfigured("redis", "REDIS_HOST is not set, or REDIS_ENABLED=false");
        }
        try {
            return source.call();
        } catch (InferenceException e) {
            throw e;
        } catch (Exception e) {
            throw InferenceException.retryLater(
                    ErrorCode.UNAVAILABLE, "Redis cannot be reached; try again later", RETRY_AFTER);
        }
    }

    private static LettuceConnectionFactory make(RedisAddress settings) {
        RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(settings.host(), settings.port());
        server.setDatabase(settings.database());
        server.setPassword(settings.password());
        return new LettuceConnectionFactory(
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
        if (opener != null) {
            opener.close();
        }
        if (opened != null) {
            opened.destroy();
        }
    }
}
