package io.inference.amqp.consumer;

import io.inference.config.Settings;
import java.time.Duration;

/**
 * Settings of the RabbitMQ door.
 *
 * @param prefetch messages that a consumer may hold unacknowledged
 * @param concurrency consumers of each queue
 * @param requireToken whether a message without a token is refused
 * @param maxRequestBytes largest body of a message
 * @param requestTimeout how long a message may take until its job is stored
 */
public record AmqpSettings(
        int prefetch, int concurrency, boolean requireToken, long maxRequestBytes, Duration requestTimeout) {
    public AmqpSettings {
        if (prefetch < 1 || concurrency < 1) {
            throw new IllegalArgumentException(prefetch + " messages of " + concurrency + " consumers");
        }
    }

    public static AmqpSettings of(Settings settings) {
        return new AmqpSettings(
                settings.whole("rabbitmq-prefetch"),
                settings.whole("rabbitmq-concurrency"),
                settings.flag("rabbitmq-require-jwt"),
                settings.bytes("max-request-size"),
                settings.time("request-timeout"));
    }
}
