package io.inference.amqp.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.inference.amqp.message.Delivery;
import io.inference.embedded.SharedRabbit;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One generation's consumer hands over to the next: no message in progress is redelivered. */
class QueueConsumerIT {
    private final BlockingQueue<Delivery> came = new LinkedBlockingQueue<>();
    private Connection connection;
    private Channel channel;
    private String queue;

    @BeforeEach
    void open() throws Exception {
        SharedRabbit.assumeInstalled();
        connection = SharedRabbit.connect();
        channel = connection.createChannel();
        queue = "test.handover";
        channel.queueDelete(queue);
        channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
    }

    @AfterEach
    void close() throws Exception {
        if (connection != null) {
            channel.queueDelete(queue);
            connection.close();
        }
    }

    private void send(String text) throws Exception {
        channel.basicPublish("", queue, null, text.getBytes(StandardCharsets.UTF_8));
    }

    private Delivery next() throws Exception {
        Delivery delivery = came.poll(20, TimeUnit.SECONDS);
        assertThat(delivery).isNotNull();
        return delivery;
    }

    @Test
    void whatAConsumerHoldsWhenItLeavesStaysItsOwnUntilItIsAcknowledged() throws Exception {
        QueueConsumer old = new QueueConsumer(connection, queue, 5, came::add);
        old.consume();
        send("first");
        Delivery first = next();
        old.leave();
        QueueConsumer next = new QueueConsumer(connection, queue, 5, came::add);
        next.consume();
        send("second");
        Delivery second = next();
        assertThat(new String(second.body(), StandardCharsets.UTF_8)).isEqualTo("second");
        first.acknowledge();
        second.acknowledge();
        next.leave();
        // If one of them were unsettled, the closed channels would have returned it.
        assertNothingIsLeft();
    }

    @Test
    void aPausedConsumerFetchesNothingAndGoesOnLater() throws Exception {
        QueueConsumer consumer = new QueueConsumer(connection, queue, 5, came::add);
        consumer.consume();
        consumer.pause();
        send("waits");
        await().until(() -> channel.messageCount(queue) == 1);
        assertThat(came).isEmpty();
        consumer.consume();
        next().acknowledge();
        consumer.leave();
        assertNothingIsLeft();
    }

    @Test
    void noMoreThanThePrefetchIsHeld() throws Exception {
        for (int i = 0; i < 5; i++) {
            send("" + i);
        }
        QueueConsumer consumer = new QueueConsumer(connection, queue, 2, came::add);
        consumer.consume();
        await().until(() -> came.size() == 2 && channel.messageCount(queue) == 3);
        next().acknowledge();
        await().until(() -> channel.messageCount(queue) == 2);
        consumer.leave();
    }

    @Test
    void aChannelThatTheBrokerClosesIsOpenedAnewByAnotherConnection() throws Exception {
        Connection consuming = SharedRabbit.connect();
        QueueConsumer consumer = new QueueConsumer(consuming, queue, 5, came::add);
        consumer.consume();
        // This delivery does not exist, so that the broker refuses the acknowledgement and closes the channel.
        consumer.acknowledge(7);
        await().until(() -> !consuming.isOpen());
    }

    private void assertNothingIsLeft() throws Exception {
        try (Connection other = SharedRabbit.connect();
                Channel looking = other.createChannel()) {
            await().until(() -> looking.queueDeclarePassive(queue).getConsumerCount() == 0);
            GetResponse left = looking.basicGet(queue, false);
            assertThat(left).isNull();
        }
    }
}
