package io.inference.amqp;

import io.inference.amqp.consumer.QueueConsumers;
import io.inference.call.Calls;
import org.springframework.context.SmartLifecycle;

/** At a stop, fetches nothing more before the jobs stop. */
final class FetchStop implements SmartLifecycle {
    private final QueueConsumers queueConsumers;
    private volatile boolean running;

    FetchStop(QueueConsumers queueConsumers) {
        this.queueConsumers = queueConsumers;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        queueConsumers.stopFetching();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Calls.DOORS_PHASE + 1;
    }
}
