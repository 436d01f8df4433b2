package io.inference.redis;

import io.inference.connect.RetryingConnector;
import io.inference.connect.RootCause;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to Redis and the client object that uses it. It is opened in the background at start-up, with retries.
 * Later it reconnects by itself; while it is broken commands fail at once.
 *
 * @param <T> client object that sends commands through the connection
 */
public final class RedisConnection<T> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisConnection.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Callable<RedisAddress> source;
    private final Duration answerWait;
    private final Function<StatefulRedisConnection<String, byte[]>, T> user;
    private final RetryingConnector opener;
    private @Nullable RedisClient client;
    private volatile @Nullable T opened;
    private String lastReason = "";

    private RedisConnection(
            Callable<RedisAddress> source,
            Duration answerWait,
            Function<StatefulRedisConnection<String, byte[]>, T> user) {
        this.source = source;
        this.answerWait = answerWait;
        this.user = user;
        this.opener = new RetryingConnector("redis-opener", FIRST_PAUSE, LONGEST_PAUSE, this::tryToOpen);
    }

    /**
     * @param source gives the address of Redis; may start the server. Called until the connection is open for the first
     *     time
     * @param answerWait timeout of a command
     * @param user makes the client object, once
     */
    public static <T> RedisConnection<T> open(
            Callable<RedisAddress> source,
            Duration answerWait,
            Function<StatefulRedisConnection<String, byte[]>, T> user) {
        RedisConnection<T> connection = new RedisConnection<>(source, answerWait, user);
        connection.opener.start();
        return connection;
    }

    /** Null until the connection is open for the first time. */
    public @Nullable T get() {
        return opened;
    }

    private boolean tryToOpen() throws InterruptedException {
        RedisClient candidate = null;
        try {
            RedisAddress settings = source.call();
            candidate = client(settings);
            T made = user.apply(candidate.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)));
            publish(candidate, made);
            log.info("Redis {}", settings);
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            if (candidate != null) {
                candidate.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            }
            String reason = RootCause.message(e);
            if (!reason.equals(lastReason) && !opener.isClosed()) {
                log.warn("Redis cannot be reached, retrying: {}", reason);
            }
            lastReason = reason;
            return false;
        }
    }

    private synchronized void publish(RedisClient candidate, T made) throws InterruptedException {
        if (opener.isClosed()) {
            candidate.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            throw new InterruptedException();
        }
        client = candidate;
        opened = made;
    }

    private RedisClient client(RedisAddress settings) {
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(settings.host())
                .withPort(settings.port())
                .withDatabase(settings.database())
                .withClientName("inference-service")
                .withTimeout(answerWait);
        if (settings.password() != null) {
            uri.withPassword(settings.password().toCharArray());
        }
        RedisClient made = RedisClient.create(uri.build());
        made.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(settings.connectTimeout())
                        .build())
                .build());
        return made;
    }

    @Override
    public void close() {
        RedisClient open;
        synchronized (this) {
            opener.close();
            open = client;
        }
        if (open != null) {
            open.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }
}
