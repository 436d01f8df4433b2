package io.inference.amqp.result;

import io.inference.amqp.consumer.QueueConsumers;
import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.message.Delivery;
import io.inference.amqp.message.Destination;
import io.inference.amqp.message.EnvelopeJson;
import io.inference.amqp.message.OutgoingMessages;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.broker.OutgoingMessage;
import io.inference.broker.PublishOutcome;
import io.inference.broker.Publisher;
import io.inference.call.StopStep;
import io.inference.job.ChunkSink;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobListener;
import io.inference.job.JobState;
import io.inference.job.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the results of jobs. Once the broker has confirmed a result, or returned it as unroutable, the request is
 * acknowledged and the job marked as delivered. Results that cannot be published now are found again in their rows. A
 * job is delivered by one thread at a time.
 */
public final class ResultPublisher implements JobListener {
    private static final Logger log = LoggerFactory.getLogger(ResultPublisher.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final Duration LONGEST_SETTLING = Duration.ofSeconds(3);

    /** PostgreSQL writes what it committed without waiting for the disk within 0.6 s. */
    private static final Duration ON_DISK = Duration.ofSeconds(1);

    private final Jobs jobs;
    private final Publisher publisher;
    private final UnackedDeliveries held;
    private final QueueConsumers queueConsumers;
    private final Set<UUID> inProgress = ConcurrentHashMap.newKeySet();
    private final Map<UUID, LiveChunks> live = new ConcurrentHashMap<>();
    private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();

    public ResultPublisher(Jobs jobs, Publisher publisher, UnackedDeliveries held, QueueConsumers queueConsumers) {
        this.jobs = jobs;
        this.publisher = publisher;
        this.held = held;
        this.queueConsumers = queueConsumers;
    }

    @Override
    public void running(Job job) {
        if (job.door().equals(AmqpTopology.DOOR)) {
            announce(job, "running");
        }
    }

    @Override
    public @Nullable ChunkSink chunks(Job job) {
        if (!job.door().equals(AmqpTopology.DOOR)) {
            return null;
        }
        LiveChunks chunks = new LiveChunks(job, EnvelopeJson.destination(job.delivery()), publisher);
        live.put(job.id(), chunks);
        return chunks;
    }

    /**
     * A postponed job waits in its row, which is on disk by now, and not at the broker. If the service is too busy,
     * however, its message is kept and no other is fetched.
     */
    @Override
    public void postponed(Job job) {
        live.remove(job.id());
        if (!job.door().equals(AmqpTopology.DOOR)) {
            return;
        }
        boolean busy = job.error() != null
                && (job.error().code() == ErrorCode.OVERLOADED || job.error().code() == ErrorCode.UNAVAILABLE);
        if (!busy) {
            held.release(job.id());
        } else if (job.notBefore() != null) {
            Duration wait = Duration.between(Instant.now(), job.notBefore());
            queueConsumers.pause(wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE);
        }
    }

    @Override
    public void ended(EndedJob ended) {
        if (ended.job().door().equals(AmqpTopology.DOOR)) {
            deliver(ended);
        }
    }

    public void announce(Job job, String status) {
        var ignored = publisher.publish(OutgoingMessages.status(job, status));
    }

    /** Publishes the result of a job; returns before it is confirmed. */
    void deliver(EndedJob ended) {
        Job job = ended.job();
        if (!inProgress.add(job.id())) {
            return;
        }
        try {
            LiveChunks sent = live.remove(job.id());
            Destination own = EnvelopeJson.destination(job.delivery());
            Set<Destination> destinations = new LinkedHashSet<>(List.of(own));
            List<Delivery> others = held.othersOf(job.id());
            others.forEach(delivery -> destinations.add(delivery.destination()));
            List<OutgoingMessage> letters = new ArrayList<>(deadLetter(job));
            for (Destination to : destinations) {
                letters.addAll(letters(ended, to, to.equals(own) ? sent : null));
            }
            List<CompletableFuture<PublishOutcome>> outcomes =
                    letters.stream().map(publisher::publish).toList();
            announce(job, job.state().label());
            var ignored = CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                    .whenCompleteAsync((none, failure) -> settle(job, others, outcomes), executor);
        } catch (RuntimeException e) {
            inProgress.remove(job.id());
            throw e;
        }
    }

    private void settle(Job job, List<Delivery> others, List<CompletableFuture<PublishOutcome>> outcomes) {
        try {
            List<PublishOutcome> results =
                    outcomes.stream().map(CompletableFuture::join).toList();
            if (results.contains(PublishOutcome.UNKNOWN)) {
                log.debug("the result of {} is not confirmed; it will be sent again", job.id());
                return;
            }
            if (results.contains(PublishOutcome.RETURNED)) {
                log.info(
                        "the result of {} has no receiver any more; it is kept for its caller to request again",
                        job.id());
            }
            others.forEach(delivery -> held.release(job.id(), delivery));
            held.release(job.id());
            jobs.delivered(job.id());
        } catch (InferenceException e) {
            log.debug("the job {} will be found undelivered: {}", job.id(), e.getMessage());
        } finally {
            inProgress.remove(job.id());
        }
    }

    /**
     * Settles all messages before the connection is closed, once no job runs here: the broker would deliver to another
     * replica those that are not, and it would answer again what is answered, or will be from the row.
     */
    public void settleAll() {
        StopStep.await(() -> inProgress.isEmpty() && held.areOlderThan(ON_DISK), LONGEST_SETTLING);
        held.olderThan(ON_DISK).forEach(held::relinquish);
    }

    /** Whether the destination of the job's result is the one that the message names. */
    public static boolean owns(Job job, Delivery delivery) {
        return job.door().equals(AmqpTopology.DOOR)
                && delivery.destination().equals(EnvelopeJson.destination(job.delivery()));
    }

    /**
     * Answers the messages held here for a job that has ended and been delivered: at another replica, by another door,
     * or before they arrived.
     */
    void answerOthers(Job job) {
        for (Delivery delivery : held.othersOf(job.id())) {
            deliverAgain(job, delivery);
            held.release(job.id(), delivery);
        }
        held.release(job.id());
    }

    /**
     * Sends the stored result to the sender of a repeated request, and acknowledges that request.
     *
     * @throws InferenceException with {@code UNAVAILABLE} if the broker does not confirm it
     */
    public void deliverAgain(Job job, Delivery delivery) {
        Destination to = delivery.destination();
        EndedJob ended = new EndedJob(job, jobs.answer(job.id()).orElse(null));
        boolean unknown = letters(ended, to, null).stream().map(publisher::publish).toList().stream()
                .map(CompletableFuture::join)
                .anyMatch(outcome -> outcome == PublishOutcome.UNKNOWN);
        if (unknown) {
            throw new InferenceException(ErrorCode.UNAVAILABLE, "the broker does not confirm the result");
        }
        delivery.hold();
        delivery.acknowledge();
        if (job.state() == JobState.CANCELLED) {
            // It has no result: the sender is notified that none will come.
            announce(job, job.state().label());
        }
        // A failed job is dead-lettered as well, by the replica that finds it undelivered.
        if (job.state() == JobState.DONE && owns(job, delivery)) {
            jobs.delivered(job.id());
        }
    }

    private List<OutgoingMessage> deadLetter(Job job) {
        boolean dead = job.state() == JobState.FAILED
                && job.error() != null
                && job.error().code().disposition().isDeadLettered();
        return dead
                ? List.of(OutgoingMessages.deadLetter(
                        job, jobs.payload(job.id()).orElseGet(() -> EnvelopeJson.bytes(Map.of()))))
                : List.of();
    }

    /** @param sent chunks that were sent while the answer was generated; null if none is known to have been sent */
    private static List<OutgoingMessage> letters(EndedJob ended, Destination to, @Nullable LiveChunks sent) {
        Job job = ended.job();
        if (job.state() == JobState.CANCELLED) {
            return List.of();
        }
        if (ended.answer() == null || !ended.answer().streamed()) {
            return List.of(
                    sent != null && sent.count() > 0
                            ? OutgoingMessages.brokenOff(job, to, sent.count())
                            : OutgoingMessages.result(ended, to));
        }
        List<byte[]> parts = ended.answer().parts();
        List<OutgoingMessage> letters = new ArrayList<>();
        for (int i = sent == null ? 0 : sent.confirmed(); i < parts.size() - 1; i++) {
            letters.add(OutgoingMessages.chunk(job, to, i, false, parts.get(i)));
        }
        byte[] last = parts.isEmpty() ? EnvelopeJson.bytes(Map.of()) : parts.getLast();
        letters.add(OutgoingMessages.chunk(job, to, Math.max(0, parts.size() - 1), true, last));
        return letters;
    }
}
