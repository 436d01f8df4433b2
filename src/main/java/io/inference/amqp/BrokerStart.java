package io.inference.amqp;

import io.inference.amqp.result.ResultPublisher;
import io.inference.broker.Broker;
import io.inference.broker.BrokerListener;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/** Connects to the broker once all consumers and publishers exist, and disconnects after they have stopped. */
final class BrokerStart implements SmartLifecycle {
    private final Broker broker;
    private final ResultPublisher resultPublisher;
    private boolean running;

    BrokerStart(Broker broker, ResultPublisher resultPublisher, List<BrokerListener> listeners) {
        this.broker = broker;
        this.resultPublisher = resultPublisher;
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
        resultPublisher.settleAll();
        broker.close();
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    /** Stops after the routes, which have phase 0, and the jobs, which have a later one. */
    @Override
    public int getPhase() {
        return -1;
    }
}
