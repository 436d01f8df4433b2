package io.inference.amqp;

import java.time.Duration;

/**
 * What the RabbitMQ door needs to know.
 *
 * @param prefetch messages that a consumer may hold unacknowledged
 * @param concurrency consumers of each queue
 * @param requireToken whether a message without a token is refused
 * @param maxRequestBytes largest body of a message
 * @param requestTimeout how long a message may take until its job is stored
 */
public record AmqpSettings(
        int prefetch, int concurrency, boolean requireToken, long maxRequestBytes, Duration requestTimeout) {}
