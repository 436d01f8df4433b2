package io.inference.broker;

import com.rabbitmq.client.AMQP.BasicProperties;

/**
 * A message to publish.
 *
 * @param exchange empty for the default exchange, where the routing key is a queue's name
 * @param mandatory whether it is returned if no queue is bound to receive it
 * @param properties with a {@code messageId} that no other unconfirmed message has
 */
public record OutgoingMessage(
        String exchange, String routingKey, boolean mandatory, BasicProperties properties, byte[] body) {}
