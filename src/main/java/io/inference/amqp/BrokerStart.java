package io.inference.amqp;

import io.inference.broker.Broker;
import io.inference.broker.BrokerListener;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/** Connects to the broker once everything that fetches and delivers is there, and lets go of it after that has ended. */
final class BrokerStart implements SmartLifecycle {
    private final Broker broker;
    private boolean running;

    BrokerStart(Broker broker, List<BrokerListener> listeners) {
        this.broker = broker;
        listeners.forEach(broker::addListener);
    }

    @Override
    public synchronized void start() {
        broker.start();
        running = true;
    }

    @Override
    public synchronized void stop() {
        running = false;
        broker.close();
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    /** Stopped after the routes, which are of phase 0, and the jobs, which are of a later one. */
    @Override
    public int getPhase() {
        return -1;
    }
}
