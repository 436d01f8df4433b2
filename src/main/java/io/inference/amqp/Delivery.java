package io.inference.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A message that came and is not acknowledged yet, whatever became of the consumer that fetched it. */
final class Delivery {
    /** Exchange property under which the door's steps find it. */
    static final String PROPERTY = "InferenceDelivery";

    /** What ends a delivery at the broker. */
    interface Settlement {
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

    Delivery(long tag, String queue, BasicProperties properties, byte[] body, Settlement settlement) {
        this.tag = tag;
        this.queue = queue;
        this.properties = properties;
        this.body = body;
        this.content = body;
        this.settlement = settlement;
    }

    /** The queue that it came from, by the name that routes know. */
    String queue() {
        return queue;
    }

    BasicProperties properties() {
        return properties;
    }

    /** As it came. */
    byte[] body() {
        return body;
    }

    /** What the body says, once it is decoded; the body until then. */
    byte[] content() {
        return content;
    }

    /**
     * Decodes the body.
     *
     * @param most bytes that it may have
     * @throws InferenceException with {@code TOO_LARGE}, or for a content encoding that is not what the property says or that nobody reads
     */
    void decode(long most) {
        content = EnvelopeJson.decoded(body, properties.getContentEncoding(), most);
    }

    Destination destination() {
        return new Destination(properties.getReplyTo(), properties.getCorrelationId());
    }

    /** A header as text; null where there is none. */
    @Nullable
    String header(String name) {
        Map<String, Object> headers = properties.getHeaders();
        Object value = headers == null ? null : headers.get(name);
        return value == null ? null : value.toString();
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Says that somebody will settle it later, so that the end of its route does not. */
    void hold() {
        held = true;
    }

    boolean isHeld() {
        return held;
    }

    /** What the request says; null while it is not read. */
    @Nullable
    Envelope envelope() {
        return envelope;
    }

    void setEnvelope(Envelope envelope) {
        this.envelope = envelope;
    }

    /** The call of its last run; null before the first. */
    @Nullable
    Call call() {
        return call;
    }

    void setCall(Call call) {
        this.call = call;
    }

    /** Why its route failed; null where it did not. */
    @Nullable
    Exception failure() {
        return failure;
    }

    void setFailure(@Nullable Exception failure) {
        this.failure = failure;
    }

    /** Done with: the broker forgets it. Once, by whoever comes first. */
    void acknowledge() {
        if (settled.compareAndSet(false, true)) {
            settlement.acknowledge(tag);
        }
    }

    /** Back to its queue, for another consumer. */
    void requeue() {
        if (settled.compareAndSet(false, true)) {
            settlement.requeue(tag);
        }
    }
}
