package io.inference.amqp;

import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.message.Delivery;
import io.inference.amqp.message.Envelope;
import io.inference.amqp.message.EnvelopeJson;
import io.inference.amqp.message.Payload;
import io.inference.amqp.result.ResultPublisher;
import io.inference.amqp.result.UnackedDeliveries;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Unsupported;
import io.inference.job.Jobs;
import io.inference.job.NewJob;
import io.inference.job.Submission;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Submits a request as a job. Body in: the payload; header {@value #TASK}: what to do with it. The message stays
 * unacknowledged until the broker has confirmed the job's result. A message that was sent before waits for the same
 * job, or gets its result at once if there is one.
 */
final class AmqpSubmitProcessor implements Processor {
    static final String TASK = "InferenceJobTask";

    private final Jobs jobs;
    private final UnackedDeliveries held;
    private final ResultPublisher resultPublisher;

    AmqpSubmitProcessor(Jobs jobs, UnackedDeliveries held, ResultPublisher resultPublisher) {
        this.jobs = jobs;
        this.held = held;
        this.resultPublisher = resultPublisher;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
        Object body = exchange.getMessage().getBody();
        if (body instanceof Payload payload && Boolean.parseBoolean(delivery.header(Unsupported.DROP_HEADER))) {
            payload.put(Unsupported.DROP_FIELD, true);
        }
        Submission submission = body instanceof Payload payload
                ? submit(exchange, delivery, payload)
                : jobs.submit(job(exchange, delivery, EnvelopeJson.bytes(body)));
        switch (submission.kind()) {
            case NEW -> {
                resultPublisher.announce(submission.job(), "accepted");
                held.hold(submission.job().id(), delivery, true);
            }
            case UNDER_WAY ->
                held.hold(submission.job().id(), delivery, ResultPublisher.owns(submission.job(), delivery));
            case ENDED -> resultPublisher.deliverAgain(submission.job(), delivery);
        }
    }

    /** The same payload may be written differently when it is sent again, and may have been stored differently. */
    private Submission submit(Exchange exchange, Delivery delivery, Payload payload) {
        NewJob job = job(exchange, delivery, payload.toBytes());
        try {
            return jobs.submit(job);
        } catch (InferenceException e) {
            byte[] stored = e.code() == ErrorCode.CONFLICT
                    ? jobs.find(job.caller(), job.correlationId())
                            .flatMap(known -> jobs.payload(known.id()))
                            .orElse(null)
                    : null;
            if (stored == null || !payload.equals(EnvelopeJson.object(stored))) {
                throw e;
            }
            return jobs.submit(job(exchange, delivery, stored));
        }
    }

    private static NewJob job(Exchange exchange, Delivery delivery, byte[] payload) {
        Message message = exchange.getMessage();
        Envelope envelope =
                Objects.requireNonNull(delivery.envelope(), "the route submits a message that it did not read");
        String task = message.getHeader(TASK, envelope.task().label(), String.class);
        String correlationId =
                envelope.correlationId() == null ? delivery.properties().getCorrelationId() : envelope.correlationId();
        if (correlationId == null) {
            throw InferenceException.invalid("correlation_id", "'correlation_id' is missing");
        }
        return new NewJob(
                exchange.getProperty(Caller.PROPERTY, Caller.class),
                AmqpTopology.DOOR,
                correlationId,
                Envelope.task(task),
                AmqpTopology.priorityOf(delivery.queue()),
                payload,
                EnvelopeJson.text(delivery.destination()),
                true);
    }
}
