package io.inference.amqp.result;

import io.inference.amqp.message.Destination;
import io.inference.amqp.message.OutgoingMessages;
import io.inference.broker.PublishOutcome;
import io.inference.broker.Publisher;
import io.inference.job.ChunkSink;
import io.inference.job.Job;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the chunks of one run as they are generated. One is held back, since the last one is marked as the last. A
 * few may wait for their confirms, so that a slow broker slows the backend.
 */
final class LiveChunks implements ChunkSink {
    private static final int MOST_UNCONFIRMED = 32;

    private final Job job;
    private final Destination to;
    private final Publisher publisher;
    private final Queue<CompletableFuture<PublishOutcome>> unconfirmed = new ArrayDeque<>();
    private byte @Nullable [] next;
    private int sent;
    private boolean gap;

    LiveChunks(Job job, Destination to, Publisher publisher) {
        this.job = job;
        this.to = to;
        this.publisher = publisher;
    }

    @Override
    public synchronized void chunk(int sequence, byte[] chunk) {
        byte[] before = next;
        next = chunk;
        // After a gap nothing more is sent: the rest follows in order from the stored answer.
        if (before == null || gap) {
            return;
        }
        unconfirmed.add(publisher.publish(OutgoingMessages.chunk(job, to, sequence - 1, false, before)));
        sent = sequence;
        while (unconfirmed.size() > MOST_UNCONFIRMED) {
            settleOne();
        }
    }

    private void settleOne() {
        CompletableFuture<PublishOutcome> oldest = unconfirmed.remove();
        gap |= oldest.join() == PublishOutcome.UNKNOWN;
    }

    /** Chunks that were sent. */
    synchronized int count() {
        return sent;
    }

    /** Waits for the confirms. Returns the number of confirmed chunks; 0 if one of them may not have arrived. */
    synchronized int confirmed() {
        while (!unconfirmed.isEmpty()) {
            settleOne();
        }
        return gap ? 0 : sent;
    }
}
