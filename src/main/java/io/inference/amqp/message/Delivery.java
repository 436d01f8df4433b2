package io.inference.amqp.message;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A message that came and is not acknowledged yet, whatever became of the consumer that fetched it. */
public final class Delivery {
    /** Exchange property under which the door's steps find it. */
    public static final String PROPERTY = "InferenceDelivery";

    /** What ends a delivery at the broker. */
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

    /** The queue that it came from, by the name that routes know. */
    public String queue() {
        return queue;
    }

    public BasicProperties properties() {
        return properties;
    }

    /** As it came. */
    public byte[] body() {
        return body;
    }

    /** What the body says, once it is decoded; the body until then. */
    public byte[] content() {
        return content;
    }

    /**
     * Decodes the body.
     *
     * @param most bytes that it may have
     * @throws InferenceException with {@code TOO_LARGE}, or for a content encoding that is not what the property says or that nobody reads
     */
    public void decode(long most) {
        content = EnvelopeJson.decoded(body, properties.getContentEncoding(), most);
    }

    public Destination destination() {
        return new Destination(properties.getReplyTo(), properties.getCorrelationId());
    }

    /** A header as text; null where there is none. */
    @Nullable
    public String header(String name) {
        Map<String, Object> headers = properties.getHeaders();
        Object value = headers == null ? null : headers.get(name);
        return value == null ? null : value.toString();
    }

    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Says that somebody will settle it later, so that the end of its route does not. */
    public void hold() {
        held = true;
    }

    public boolean isHeld() {
        return held;
    }

    /** What the request says; null while it is not read. */
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

    /** Why its route failed; null where it did not. */
    @Nullable
    public Exception failure() {
        return failure;
    }

    public void setFailure(@Nullable Exception failure) {
        this.failure = failure;
    }

    /** Done with: the broker forgets it. Once, by whoever comes first. */
    public void acknowledge() {
        if (settled.compareAndSet(false, true)) {
            settlement.acknowledge(tag);
        }
    }

    /** Back to its queue, for another consumer. */
    public void requeue() {
        if (settled.compareAndSet(false, true)) {
            settlement.requeue(tag);
        }
    }
}
