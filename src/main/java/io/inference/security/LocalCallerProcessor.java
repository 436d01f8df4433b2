package io.inference.security;

import io.inference.api.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Names the caller: whoever {@link Admittance} lets in is a user of this machine. */
public class LocalCallerProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        exchange.getProperty(Call.PROPERTY, Call.class).setCaller("local");
    }
}
