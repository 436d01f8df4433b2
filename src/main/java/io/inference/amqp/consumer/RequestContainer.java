package io.inference.amqp.consumer;

import com.rabbitmq.client.Connection;
import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.message.Delivery;
import io.inference.amqp.message.HeaderRules;
import io.inference.routes.door.InFlight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareMessageListener;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;

/**
 * The consumers of one route. Spring's own containers close the channels of the consumers that they stop, so that
 * messages in progress are redelivered; this one closes a channel when its last message is settled.
 * {@link QueueConsumers} decides when it starts.
 */
final class RequestContainer extends AbstractMessageListenerContainer {
    /**
     * Header that carries a delivery through Camel's consumer; headers with that prefix are not accepted from outside.
     */
    static final String DELIVERY = "InferenceDelivery";

    /** Runs the route for a message, with retries. */
    interface DeliveryHandler {
        void run(Delivery delivery, Runnable route, BooleanSupplier serving);
    }

    private final QueueConsumers queueConsumers;
    private final AmqpSettings settings;
    private final InFlight calls;
    private final DeliveryHandler handler;
    private final DefaultMessagePropertiesConverter converter = new DefaultMessagePropertiesConverter();
    private List<QueueConsumer> consumers = List.of();

    RequestContainer(
            ConnectionFactory connections,
            QueueConsumers queueConsumers,
            AmqpSettings settings,
            InFlight calls,
            DeliveryHandler handler) {
        setConnectionFactory(connections);
        this.queueConsumers = queueConsumers;
        this.settings = settings;
        this.calls = calls;
        this.handler = handler;
    }

    @Override
    protected void doInitialize() {}

    /** Spring would connect for this, and wait until the connection fails. */
    @Override
    protected void checkMismatchedQueues() {}

    @Override
    protected void doStart() {
        super.doStart();
        queueConsumers.add(this);
    }

    @Override
    protected void shutdownAndWaitOrCallback(@Nullable Runnable callback) {
        queueConsumers.remove(this);
        if (callback != null) {
            callback.run();
        }
    }

    /** @param paused whether only cancellations are fetched for now */
    void open(Connection connection, boolean paused) throws IOException {
        List<QueueConsumer> opened = new ArrayList<>();
        consumers = opened;
        for (String queue : getQueueNames()) {
            boolean control = queue.equals(AmqpTopology.CONTROL_QUEUE);
            for (int i = 0; i < (control ? 1 : settings.concurrency()); i++) {
                QueueConsumer consumer =
                        new QueueConsumer(connection, queue.strip(), settings.prefetch(), this::receive);
                opened.add(consumer);
                if (control || !paused) {
                    consumer.consume();
                }
            }
        }
    }

    /** Fetches again after {@link #pause}. */
    void consume() throws IOException {
        for (QueueConsumer consumer : consumers) {
            consumer.consume();
        }
    }

    void pause() {
        consumers.forEach(QueueConsumer::pause);
    }

    boolean consumes(String queue) {
        return consumers.stream().anyMatch(consumer -> consumer.isOf(queue));
    }

    /** Whether a message that arrives in the queue is fetched here at once. */
    boolean hasRoom(String queue) {
        return consumers.stream().anyMatch(consumer -> consumer.isOf(queue) && consumer.hasRoom());
    }

    void leave() {
        consumers.forEach(QueueConsumer::leave);
        consumers = List.of();
    }

    /** The connection is lost, and with it every channel. */
    void forget() {
        consumers = List.of();
    }

    private void receive(Delivery delivery) {
        if (!calls.enter()) {
            delivery.requeue();
            return;
        }
        try {
            handler.run(delivery, () -> route(delivery), this::isRunning);
        } finally {
            calls.leave();
        }
    }

    /** Runs the route once and records its failure. */
    private void route(Delivery delivery) {
        MessageProperties properties = converter.toMessageProperties(delivery.properties(), null, "UTF-8");
        properties.getHeaders().keySet().removeIf(name -> !HeaderRules.mayEnter(name));
        // The door answers later; Camel's consumer would answer at the end of the route.
        properties.setReplyTo(null);
        // The body that a route sees is decoded.
        properties.setContentEncoding(null);
        properties.setConsumerQueue(delivery.queue());
        properties.setHeader(DELIVERY, delivery);
        try {
            if (getMessageListener() instanceof ChannelAwareMessageListener listener) {
                listener.onMessage(new Message(delivery.content(), properties), null);
            }
        } catch (Exception e) {
            if (delivery.failure() == null) {
                delivery.setFailure(e);
            }
        }
    }

    @Override
    public String toString() {
        return "consumers of " + Arrays.toString(getQueueNames());
    }
}
