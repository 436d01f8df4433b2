package io.inference.broker;

/** Starts a RabbitMQ for this process alone if none is configured. */
public interface BrokerStarter {
    /**
     * Starts the server unless it is running; called again after a failure.
     *
     * @throws NoBrokerException if this machine has no such server
     * @throws Exception if it does not start; the message gives the reason
     */
    BrokerAddress start() throws Exception;
}
