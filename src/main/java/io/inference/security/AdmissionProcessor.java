package io.inference.security;

import io.inference.api.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Lets a request on to its flow, or refuses it because too many wait. */
public class AdmissionProcessor implements Processor {
    private final WaitingCalls waiting;

    public AdmissionProcessor(WaitingCalls waiting) {
        this.waiting = waiting;
    }

    @Override
    public void process(Exchange exchange) {
        waiting.admit(exchange.getProperty(Call.PROPERTY, Call.class));
    }
}
