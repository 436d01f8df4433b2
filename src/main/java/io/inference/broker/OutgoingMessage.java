package io.inference.broker;

import com.rabbitmq.client.AMQP.BasicProperties;

/**
 * A message to publish.
 *
 * @param exchange empty for the default exchange, where the routing key is a queue's name
 * @param mandatory whether it is to come back where nothing is bound to take it
 * @param properties with a {@code messageId} that no other message in flight has
 */
public record OutgoingMessage(
        String exchange, String routingKey, boolean mandatory, BasicProperties properties, byte[] body) {}
