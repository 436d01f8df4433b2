package io.inference.amqp.message;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A received message that is not acknowledged yet, even if the consumer that fetched it has stopped. */
public final class Delivery {
    /** Exchange property under which the door's steps find it. */
    public static final String PROPERTY = "InferenceDelivery";

    /** Settles a delivery at the broker. */
    public interface Settlement {
        void acknowledge(long tag);

        void requeue(long tag);
    }

    private final long tag;
    private final String queue;
    private final BasicProperties properties;
    private final byte[] body;
    private final Settlement settlement;
    private final AtomicBoolean settled = new AtomicBoolean();
    private final long startNanos = System.nanoTime();
    private volatile byte[] content;
    private volatile boolean held;
    private volatile @Nullable Envelope envelope;
    private volatile @Nullable Call call;
    private volatile @Nullable Exception failure;

    public Delivery(long tag, String queue, BasicProperties properties, byte[] body, Settlement settlement) {
        this.tag = tag;
        this.queue = queue;
        this.properties = properties;
        this.body = body;
        this.content = body;
        this.settlement = settlement;
    }

    /** The queue that it came from, by its name in routes. */
    public String queue() {
        return queue;
    }

    public BasicProperties properties() {
        return properties;
    }

    /** The message as received. */
    public byte[] body() {
        return body;
    }

    /** The decoded body; until it is decoded, the body as received. */
    public byte[] content() {
        return content;
    }

    /**
     * Decodes the body.
     *
     * @param most bytes that it may have
     * @throws InferenceException with {@code TOO_LARGE}, or for a content encoding that is unknown or not what the
     *     property says
     */
    public void decode(long most) {
        content = EnvelopeJson.decoded(body, properties.getContentEncoding(), most);
    }

    public Destination destination() {
        return new Destination(properties.getReplyTo(), properties.getCorrelationId());
    }

    /** A header as text; null if there is none. */
    @Nullable
    public String header(String name) {
        Map<String, Object> headers = properties.getHeaders();
        Object value = headers == null ? null : headers.get(name);
        return value == null ? null : value.toString();
    }

    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Declares that it is settled later, so that the end of its route does not settle it. */
    public void hold() {
        held = true;
    }

    public boolean isHeld() {
        return held;
    }

    /** The request's envelope; null until it is read. */
    @Nullable
    public Envelope envelope() {
        return envelope;
    }

    public void setEnvelope(Envelope envelope) {
        this.envelope = envelope;
    }

    /** The call of its last run; null before the first. */
    @Nullable
    public Call call() {
        return call;
    }

    public void setCall(Call call) {
        this.call = call;
    }

    /** Why its route failed; null if it did not. */
    @Nullable
    public Exception failure() {
        return failure;
    }

    public void setFailure(@Nullable Exception failure) {
        this.failure = failure;
    }

    /** Acknowledges it, so that the broker deletes it. Only the first call counts. */
    public void acknowledge() {
        if (settled.compareAndSet(false, true)) {
            settlement.acknowledge(tag);
        }
    }

    /** Returns it to its queue, for another consumer. */
    public void requeue() {
        if (settled.compareAndSet(false, true)) {
            settlement.requeue(tag);
        }
    }
}
