package io.inference.amqp.consumer;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.amqp.message.AmqpTopology;
import io.inference.broker.BrokerListener;
import io.inference.job.JobListener;
import io.inference.job.JobPriority;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Watches whether requests wait at the broker for a consumer of this replica. They have no row yet, but go before jobs
 * of a lower priority. The broker is asked only about queues whose consumers have reached their prefetch limit, since
 * the others leave nothing waiting.
 */
public final class Backlog implements BrokerListener, JobListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Backlog.class);
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private final QueueConsumers queueConsumers;
    private final Runnable changed;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("amqp-backlog").daemon().factory());
    private volatile @Nullable Connection connection;
    private volatile @Nullable JobPriority waiting;
    /** Whether an unexpected failure is logged already. Used by the timer's thread alone, like the next field. */
    private boolean failed;

    private @Nullable Channel channel;

    /** @param changed run when {@link #waiting} has changed */
    public Backlog(QueueConsumers queueConsumers, Runnable changed) {
        this.queueConsumers = queueConsumers;
        this.changed = changed;
        var ignored = timer.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** As of the last check. The least urgent priority goes before no other, so it is not checked. */
    @Override
    public @Nullable JobPriority waiting() {
        return connection == null ? null : waiting;
    }

    @Override
    public void up(Connection consuming, Connection publishing) {
        connection = consuming;
    }

    @Override
    public void down() {
        connection = null;
    }

    private void look() {
        try {
            JobPriority found = mostUrgent();
            if (found != waiting) {
                waiting = found;
                changed.run();
            }
        } catch (IOException | AlreadyClosedException e) {
            log.debug("the broker does not report its waiting requests: {}", e.getMessage());
            waiting = null;
        } catch (RuntimeException e) {
            log.atLevel(failed ? Level.DEBUG : Level.WARN)
                    .log("the requests that wait at the broker cannot be counted", e);
            failed = true;
            waiting = null;
        }
    }

    private @Nullable JobPriority mostUrgent() throws IOException {
        Connection live = connection;
        if (live == null) {
            return null;
        }
        for (String queue : AmqpTopology.BEFORE_OTHERS) {
            // Between one settled message and the next a consumer has room although more messages wait.
            boolean wanted = waiting == null ? queueConsumers.isFull(queue) : queueConsumers.consumes(queue);
            if (wanted && ready(live, queue) > 0) {
                return AmqpTopology.priorityOf(queue);
            }
        }
        return null;
    }

    private long ready(Connection live, String queue) throws IOException {
        Channel open = channel;
        if (open == null || !open.isOpen()) {
            open = live.createChannel();
            channel = open;
        }
        return open.messageCount(queue);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
