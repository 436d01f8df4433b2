package io.inference.amqp.result;

import com.rabbitmq.client.Connection;
import io.inference.amqp.message.AmqpTopology;
import io.inference.api.error.InferenceException;
import io.inference.broker.BrokerListener;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what a crash, an outage or another replica left behind: undelivered results, and messages that are still held
 * although their job has ended. Works only while the broker is available.
 */
public final class UndeliveredResultScanner implements BrokerListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UndeliveredResultScanner.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final int MOST = 200;

    /** The replica that ended a job delivers it at once; results older than this were left behind. */
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(3);

    /**
     * RabbitMQ closes the channel of a message that is unacknowledged for half an hour; the row takes over long before
     * that.
     */
    private static final Duration LONGEST_HELD = Duration.ofMinutes(10);

    private final Jobs jobs;
    private final ResultPublisher resultPublisher;
    private final UnackedDeliveries held;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("amqp-sweep").daemon().factory());
    private volatile boolean up;

    public UndeliveredResultScanner(Jobs jobs, ResultPublisher resultPublisher, UnackedDeliveries held) {
        this.jobs = jobs;
        this.resultPublisher = resultPublisher;
        this.held = held;
        var ignored = timer.scheduleWithFixedDelay(
                this::tend, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void up(Connection consuming, Connection publishing) {
        up = true;
    }

    @Override
    public void down() {
        up = false;
        held.forget();
    }

    private void tend() {
        if (!up) {
            return;
        }
        try {
            held.olderThan(LONGEST_HELD).forEach(held::relinquish);
            sweep();
        } catch (InferenceException e) {
            log.debug("nothing is swept for now: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.warn("undelivered results cannot be looked for", e);
        }
    }

    private void sweep() {
        List<EndedJob> undelivered = jobs.undelivered(AmqpTopology.DOOR, MOST);
        Set<UUID> waiting = new HashSet<>();
        for (EndedJob ended : undelivered) {
            waiting.add(ended.job().id());
            Instant end = ended.job().endedAt();
            if (end != null && end.isBefore(Instant.now().minus(LEFT_BEHIND))) {
                resultPublisher.deliver(ended);
            }
        }
        if (undelivered.size() < MOST) {
            held.olderThan(LEFT_BEHIND).stream()
                    .filter(id -> !waiting.contains(id))
                    .forEach(this::settle);
        }
    }

    /** Settles a held message whose job, if it has ended, needs no delivery any more. */
    private void settle(UUID id) {
        Optional<Job> job = jobs.find(id);
        if (job.isEmpty()) {
            // The database lost its row in a crash: the message creates it again.
            held.giveBack(id);
        } else if (job.get().state().isEnded()) {
            resultPublisher.answerOthers(job.get());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
