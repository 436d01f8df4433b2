package io.inference.routes.policy;

import io.inference.api.call.Call;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Limits the time of the call, from this step on, to the seconds in the exchange property {@value #SECONDS}. A call
 * that takes longer ends with {@code timeout}; a deadline that is earlier stays.
 */
public class TimeLimitProcessor implements Processor {
    static final String SECONDS = "InferenceTimeLimit";

    @Override
    public void process(Exchange exchange) {
        double seconds = Numbers.positive(exchange, SECONDS);
        exchange.getProperty(Call.PROPERTY, Call.class).limit(Duration.ofNanos((long) (seconds * 1e9)));
    }
}
