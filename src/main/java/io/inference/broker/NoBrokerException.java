package io.inference.broker;

/** No RabbitMQ is available, now or later; the message gives the remedy. */
public class NoBrokerException extends Exception {
    public NoBrokerException(String message) {
        super(message);
    }
}
