package io.inference.limits;

import io.inference.api.call.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Admits a request to its flow, or refuses it if too many wait. */
class QueueLimitProcessor implements Processor {
    private final QueueLimiter waiting;

    public QueueLimitProcessor(QueueLimiter waiting) {
        this.waiting = waiting;
    }

    @Override
    public void process(Exchange exchange) {
        waiting.admit(exchange.getProperty(Call.PROPERTY, Call.class));
    }
}
