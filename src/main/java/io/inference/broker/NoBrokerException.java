package io.inference.broker;

/** There is no RabbitMQ to be had, now or later; the message says what would change that. */
public class NoBrokerException extends Exception {
    public NoBrokerException(String message) {
        super(message);
    }
}
