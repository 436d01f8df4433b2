package io.inference.amqp.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.amqp.message.Delivery;
import io.inference.embedded.SharedRabbit;
import io.inference.job.JobPriority;
import io.inference.routes.door.InFlight;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/** Messages that wait at a real broker for consumers that hold as much as they may. */
class BacklogIT {
    private static final String HIGH = "inference.request.high";
    private static final String MEDIUM = "inference.request.medium";
    private static final AmqpSettings SETTINGS = new AmqpSettings(2, 1, false, 1000, Duration.ofMinutes(1));

    private final QueueConsumers queueConsumers = new QueueConsumers();
    private final AtomicInteger changes = new AtomicInteger();
    private final Backlog backlog = new Backlog(queueConsumers, changes::incrementAndGet);
    private final BlockingQueue<Delivery> came = new LinkedBlockingQueue<>();
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void open() throws Exception {
        SharedRabbit.assumeInstalled();
        SharedRabbit.clear();
        connection = SharedRabbit.connect();
        channel = connection.createChannel();
        for (String queue : new String[] {HIGH, MEDIUM}) {
            channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
        }
        queueConsumers.up(connection, connection);
        backlog.up(connection, connection);
    }

    @AfterEach
    void close() throws Exception {
        queueConsumers.close();
        backlog.close();
        if (connection != null) {
            connection.close();
            SharedRabbit.clear();
        }
    }

    @Test
    void theMostUrgentThatWaitsIsToldUntilNothingDoes() throws Exception {
        consume(HIGH);
        consume(MEDIUM);
        publish(MEDIUM, 3);
        await().until(() -> backlog.waiting() == JobPriority.MEDIUM);
        publish(HIGH, 3);
        await().until(() -> backlog.waiting() == JobPriority.HIGH);
        settle(HIGH);
        await().until(() -> backlog.waiting() == JobPriority.MEDIUM);
        settle(MEDIUM);
        await().until(() -> backlog.waiting() == null);
        // The listener is called after the change is visible.
        await().until(() -> changes.get() >= 4);
        assertThat(changes.get()).isEqualTo(4);
    }

    @Test
    void whatNothingHereConsumesHoldsNobodyUp() throws Exception {
        publish(HIGH, 3);
        consume(MEDIUM);
        publish(MEDIUM, 3);
        await().until(() -> backlog.waiting() == JobPriority.MEDIUM);
        publish(HIGH, 1);
        settle(MEDIUM);
        await().until(() -> backlog.waiting() == null);
    }

    @Test
    void nothingWaitsAtABrokerThatIsGoneAndWhatWaitsIsFoundAgainAfterwards() throws Exception {
        RequestContainer container = consume(HIGH);
        publish(HIGH, 3);
        await().until(() -> backlog.waiting() == JobPriority.HIGH);
        backlog.down();
        queueConsumers.down();
        connection.abort();
        assertThat(backlog.waiting()).isNull();
        connection = SharedRabbit.connect();
        queueConsumers.up(connection, connection);
        backlog.up(connection, connection);
        await().until(() -> backlog.waiting() == JobPriority.HIGH);
        container.stop();
        await().until(() -> backlog.waiting() == null);
    }

    private RequestContainer consume(String queue) {
        RequestContainer container = new RequestContainer(
                new CachingConnectionFactory(),
                queueConsumers,
                SETTINGS,
                new InFlight(),
                (delivery, route, serving) -> came.add(delivery));
        container.setAutoDeclare(false);
        container.setQueueNames(queue);
        container.start();
        return container;
    }

    private void publish(String queue, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            channel.basicPublish("", queue, null, new byte[] {1});
        }
    }

    /** Acknowledges a message of the queue. */
    private void settle(String queue) throws Exception {
        while (true) {
            Delivery delivery = came.poll(20, TimeUnit.SECONDS);
            if (delivery.queue().equals(queue)) {
                delivery.acknowledge();
                return;
            }
            came.add(delivery);
        }
    }
}
