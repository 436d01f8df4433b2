package io.inference.amqp.message;

import org.jspecify.annotations.Nullable;

/**
 * Where a result goes, as it is kept with the job.
 *
 * @param replyTo a queue's name; null for the exchange
 * @param correlationId property of the result; null if the request had none, so that the envelope's is used
 */
public record Destination(
        @Nullable String replyTo, @Nullable String correlationId) {
    /**
     * A consumer's own pseudo-queue: the broker returns a mandatory message for it even while that consumer is there.
     */
    private static final String DIRECT = "amq.rabbitmq.reply-to.";

    boolean isDirect() {
        return replyTo != null && replyTo.startsWith(DIRECT);
    }
}
