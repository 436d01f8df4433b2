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
 * Everything that fetches messages at this replica: it starts when the broker is there, pauses while the service is too busy for more, and
 * starts again with every new connection. Containers come and go with generations of routes.
 */
public final class QueueConsumers implements BrokerListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(QueueConsumers.class);

    private final Set<RequestContainer> containers = new LinkedHashSet<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("amqp-consumers").daemon().factory());
    private @Nullable Connection connection;
    /** By {@link System#nanoTime}; in the past while nothing is paused. */
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

    /** Fetches nothing for so long; a later moment stands. */
    public synchronized void pause(Duration time) {
        // By one clock, to the nanosecond: a timer that is early by less than a millisecond would never start anything
        // again.
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

    /** Whether something here fetches from the queue, or does when nothing is paused. */
    synchronized boolean consumes(String queue) {
        return containers.stream().anyMatch(container -> container.consumes(queue));
    }

    /** Whether what fetches from the queue here holds as much as it may, or is paused. */
    synchronized boolean isFull(String queue) {
        return consumes(queue) && containers.stream().noneMatch(container -> container.hasRoom(queue));
    }

    private boolean isPaused(long now) {
        return now - pausedUntil < 0;
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
