package io.inference.amqp.consumer;

import com.rabbitmq.client.Connection;
import io.inference.broker.BrokerListener;
import io.inference.connect.RootCause;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All consumers of this replica. They start when the broker is available, pause while the service is too busy, and
 * start again with every new connection. Containers are added and removed with generations of routes.
 */
public final class QueueConsumers implements BrokerListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(QueueConsumers.class);

    private final Set<RequestContainer> containers = new LinkedHashSet<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("amqp-consumers").daemon().factory());
    private @Nullable Connection connection;
    private boolean stopping;
    /** End of the pause by {@link System#nanoTime}; in the past if nothing is paused. */
    private long pausedUntil = System.nanoTime();

    @Override
    public synchronized void up(Connection consuming, Connection publishing) {
        connection = consuming;
        containers.forEach(container -> open(container, consuming));
    }

    @Override
    public synchronized void down() {
        connection = null;
        containers.forEach(RequestContainer::forget);
    }

    synchronized void add(RequestContainer container) {
        containers.add(container);
        if (connection != null) {
            open(container, connection);
        }
    }

    synchronized void remove(RequestContainer container) {
        containers.remove(container);
        container.leave();
    }

    /** Pauses fetching for the given time; does not shorten a pause that ends later. */
    public synchronized void pause(Duration time) {
        // Both read one clock, in nanoseconds: after a timer that fires less than a millisecond early, nothing would
        // start again.
        long now = System.nanoTime();
        long until = now + time.toNanos();
        if (until - pausedUntil < 0) {
            return;
        }
        if (!isPaused(now)) {
            log.info("fetching no requests for {} ms: the service is too busy", time.toMillis());
            containers.forEach(RequestContainer::pause);
        }
        pausedUntil = until;
        var ignored = timer.schedule(this::resume, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Fetches no request any more, since no job is begun here: another replica would answer a request whose message
     * returns to the queue when this one disconnects, and so it would be answered twice.
     */
    public synchronized void stopFetching() {
        stopping = true;
        containers.forEach(RequestContainer::pause);
    }

    /** Whether a consumer here fetches from the queue, or would if it were not paused. */
    synchronized boolean consumes(String queue) {
        return containers.stream().anyMatch(container -> container.consumes(queue));
    }

    /** Whether the consumers of the queue here have reached their prefetch limit or are paused. */
    synchronized boolean isFull(String queue) {
        return consumes(queue) && containers.stream().noneMatch(container -> container.hasRoom(queue));
    }

    private boolean isPaused(long now) {
        return stopping || now - pausedUntil < 0;
    }

    private synchronized void resume() {
        if (!isPaused(System.nanoTime())) {
            containers.forEach(this::consume);
        }
    }

    private void open(RequestContainer container, Connection live) {
        try {
            container.open(live, isPaused(System.nanoTime()));
        } catch (IOException | RuntimeException e) {
            log.warn("{} cannot be consumed: {}", container, RootCause.message(e));
        }
    }

    private void consume(RequestContainer container) {
        try {
            container.consume();
        } catch (IOException | RuntimeException e) {
            log.warn("{} cannot be consumed: {}", container, RootCause.message(e));
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
