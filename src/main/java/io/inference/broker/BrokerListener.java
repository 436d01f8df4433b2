package io.inference.broker;

import com.rabbitmq.client.Connection;

/** Is notified when the broker connects and disconnects, alternately, on one thread. */
public interface BrokerListener {
    /**
     * The broker is connected and has the topology.
     *
     * @param consuming for channels that consume, until {@link #down}
     * @param publishing for channels that publish, so that consumers can acknowledge while the broker blocks publishers
     */
    void up(Connection consuming, Connection publishing);

    /** Both connections are closed. Called once after each {@link #up}. */
    void down();
}
