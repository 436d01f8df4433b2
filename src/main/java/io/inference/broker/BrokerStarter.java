package io.inference.broker;

/** What starts a RabbitMQ for this process alone, where none is configured. */
public interface BrokerStarter {
    /**
     * Starts the server, or finds it started; called again after a failure.
     *
     * @throws NoBrokerException where this machine has no such server
     * @throws Exception where it does not start; the message says why
     */
    BrokerAddress start() throws Exception;
}
