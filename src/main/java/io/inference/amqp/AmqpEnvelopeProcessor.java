package io.inference.amqp;

import io.inference.amqp.message.Delivery;
import io.inference.amqp.message.Envelope;
import io.inference.amqp.message.EnvelopeJson;
import io.inference.amqp.message.Payload;
import io.inference.api.call.Call;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Reads a message. Body out: its JSON as a map whose fields have the required types. */
final class AmqpEnvelopeProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
        Map<?, ?> fields = EnvelopeJson.message(delivery.content());
        Envelope envelope = Envelope.of(fields);
        delivery.setEnvelope(envelope);
        if (fields.get("payload") instanceof Payload payload && payload.modelName() != null) {
            exchange.getProperty(Call.PROPERTY, Call.class).setModel(payload.modelName());
        }
        exchange.getMessage().setBody(fields);
    }
}
