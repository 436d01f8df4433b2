package io.inference.broker;

import com.rabbitmq.client.Connection;

/** Hears when the broker comes and goes, in turns, on one thread. */
public interface BrokerListener {
    /**
     * The broker is there and has the topology.
     *
     * @param consuming for channels that consume, until {@link #down}
     * @param publishing for channels that publish, so that a broker that holds publishers back still lets consumers acknowledge
     */
    void up(Connection consuming, Connection publishing);

    /** Both connections are gone. Called once after each {@link #up}. */
    void down();
}
