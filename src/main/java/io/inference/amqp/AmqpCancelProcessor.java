package io.inference.amqp;

import io.inference.amqp.message.Delivery;
import io.inference.amqp.message.EnvelopeJson;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.job.Jobs;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Stops the caller's own job that a message names. Body in: {@code {"correlation_id": …}}. */
final class AmqpCancelProcessor implements Processor {
    private final Jobs jobs;

    AmqpCancelProcessor(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
        Map<?, ?> fields = EnvelopeJson.message(delivery.content());
        if (!(fields.get("correlation_id") instanceof String correlationId)) {
            throw InferenceException.invalid("correlation_id", "'correlation_id' must be text");
        }
        var ignored = jobs.cancel(exchange.getProperty(Caller.PROPERTY, Caller.class), correlationId);
    }
}
