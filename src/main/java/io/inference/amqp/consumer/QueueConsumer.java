package io.inference.amqp.consumer;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.message.Delivery;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer of one queue on a channel of its own. Cancelling it leaves the channel open until all fetched messages
 * are settled, since the broker requeues the unacknowledged messages of a closed channel.
 */
final class QueueConsumer implements Delivery.Settlement {
    private static final Logger log = LoggerFactory.getLogger(QueueConsumer.class);

    private final String name;
    private final int prefetch;
    private final boolean control;
    private final Channel channel;
    private final String queue;
    private final Consumer<Delivery> receiver;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable String tag;
    private int unsettled;
    private boolean leaving;

    /** @param receiver takes each delivery on a virtual thread of its own */
    QueueConsumer(Connection connection, String name, int prefetch, Consumer<Delivery> receiver) throws IOException {
        this.name = name;
        this.prefetch = prefetch;
        this.receiver = receiver;
        this.channel = connection.createChannel();
        channel.basicQos(prefetch);
        this.control = name.equals(AmqpTopology.CONTROL_QUEUE);
        this.queue = control ? declareControl() : name;
        channel.addShutdownListener(cause -> {
            if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
                Thread.ofVirtual().start(() -> closedByBroker(String.valueOf(cause.getMessage())));
            }
        });
    }

    /** Happens if a message is held for longer than the broker allows. Nothing else would open the channel again. */
    private void closedByBroker(String reason) {
        lock.lock();
        try {
            if (tag == null) {
                return;
            }
        } finally {
            lock.unlock();
        }
        log.warn("the broker has closed the channel of {}, connecting again: {}", queue, reason);
        channel.getConnection().abort();
    }

    private String declareControl() throws IOException {
        String declared = channel.queueDeclare(
                        AmqpTopology.CONTROL_QUEUE + "." + UUID.randomUUID(), false, true, true, null)
                .getQueue();
        channel.queueBind(declared, AmqpTopology.EXCHANGE, AmqpTopology.CANCEL);
        return declared;
    }

    void consume() throws IOException {
        lock.lock();
        try {
            if (tag == null && !leaving && channel.isOpen()) {
                tag = channel.basicConsume(queue, false, new Receiver(channel));
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isOf(String queueName) {
        return name.equals(queueName);
    }

    /** Whether it fetches messages and is below its prefetch limit. */
    boolean hasRoom() {
        lock.lock();
        try {
            return tag != null && unsettled < prefetch;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Fetches nothing more until {@link #consume}. Consumers of cancellations are not paused: they are needed most when
     * there are too many requests.
     */
    void pause() {
        if (!control) {
            cancel();
        }
    }

    private void cancel() {
        lock.lock();
        try {
            String consuming = tag;
            tag = null;
            if (consuming != null && channel.isOpen()) {
                channel.basicCancel(consuming);
            }
        } catch (IOException | AlreadyClosedException e) {
            log.debug("{} cannot be cancelled: {}", name, e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Fetches nothing more for good; the channel closes with the last delivery. */
    void leave() {
        cancel();
        lock.lock();
        try {
            leaving = true;
            closeIfDone();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void acknowledge(long deliveryTag) {
        settle(() -> channel.basicAck(deliveryTag, false));
    }

    @Override
    public void requeue(long deliveryTag) {
        settle(() -> channel.basicNack(deliveryTag, false, true));
    }

    private interface Act {
        void run() throws IOException;
    }

    private void settle(Act act) {
        lock.lock();
        try {
            unsettled--;
            // On a closed channel there is nothing to settle: the broker has requeued the message.
            if (channel.isOpen()) {
                act.run();
            }
            closeIfDone();
        } catch (IOException | AlreadyClosedException e) {
            log.debug("a message of {} will be redelivered, since the connection is lost: {}", name, e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void closeIfDone() {
        if (leaving && unsettled == 0 && channel.isOpen()) {
            try {
                channel.close();
            } catch (IOException | TimeoutException | AlreadyClosedException e) {
                log.debug("{} is closed already: {}", name, e.getMessage());
            }
        }
    }

    private final class Receiver extends DefaultConsumer {
        Receiver(Channel channel) {
            super(channel);
        }

        @Override
        public void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
            lock.lock();
            try {
                unsettled++;
            } finally {
                lock.unlock();
            }
            Delivery delivery = new Delivery(envelope.getDeliveryTag(), name, properties, body, QueueConsumer.this);
            Thread.ofVirtual().name("amqp-request").start(() -> receiver.accept(delivery));
        }

        /** The queue was deleted: the next connection declares the topology again. */
        @Override
        public void handleCancel(String consumerTag) {
            log.warn("the queue {} was deleted; connecting again", queue);
            Thread.ofVirtual().start(() -> getChannel().getConnection().abort());
        }
    }
}
