package io.inference.amqp;

import io.inference.api.Caller;
import io.inference.api.InferenceException;
import io.inference.job.Jobs;
import io.inference.job.NewJob;
import io.inference.job.Submission;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Makes a request a job. Body in: the payload; header {@value #TASK}: what to do with it. The message stays unacknowledged until the job's
 * result has arrived; one that was sent before waits for the same job, or gets its result at once.
 */
final class AmqpSubmitProcessor implements Processor {
    static final String TASK = "InferenceJobTask";

    private final Jobs jobs;
    private final HeldDeliveries held;
    private final Outbox outbox;

    AmqpSubmitProcessor(Jobs jobs, HeldDeliveries held, Outbox outbox) {
        this.jobs = jobs;
        this.held = held;
        this.outbox = outbox;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
        Submission submission = jobs.submit(job(exchange, delivery));
        switch (submission.kind()) {
            case NEW -> {
                outbox.announce(submission.job(), "accepted");
                held.hold(submission.job().id(), delivery, true);
            }
            case UNDER_WAY -> held.hold(submission.job().id(), delivery, Outbox.owns(submission.job(), delivery));
            case ENDED -> outbox.deliverAgain(submission.job(), delivery);
        }
    }

    private static NewJob job(Exchange exchange, Delivery delivery) {
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
                Outbox.DOOR,
                correlationId,
                Envelope.task(task),
                AmqpTopology.priorityOf(delivery.queue()),
                Wire.bytes(message.getBody()),
                Wire.text(delivery.destination()),
                true);
    }
}
