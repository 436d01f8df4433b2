package io.inference.amqp.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.message.Delivery;
import io.inference.embedded.SharedRabbit;
import io.inference.routes.door.InFlight;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/** When messages are fetched, and by which generation of routes. */
class QueueConsumersIT {
    private static final String QUEUE = "test.queueConsumers";
    private static final AmqpSettings SETTINGS = new AmqpSettings(5, 2, false, 1000, Duration.ofMinutes(1));

    private final QueueConsumers queueConsumers = new QueueConsumers();
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void open() throws Exception {
        SharedRabbit.assumeInstalled();
        connection = SharedRabbit.connect();
        channel = connection.createChannel();
        channel.queueDelete(QUEUE);
        channel.queueDeclare(QUEUE, true, false, false, Map.of("x-queue-type", "quorum"));
    }

    @AfterEach
    void close() throws Exception {
        queueConsumers.close();
        if (connection != null) {
            channel.queueDelete(QUEUE);
            connection.close();
        }
    }

    private RequestContainer container(InFlight calls, BlockingQueue<Delivery> came) {
        return container(calls, came, QUEUE);
    }

    private RequestContainer container(InFlight calls, BlockingQueue<Delivery> came, String queue) {
        RequestContainer container = new RequestContainer(
                new CachingConnectionFactory(),
                queueConsumers,
                SETTINGS,
                calls,
                (delivery, route, serving) -> came.add(delivery));
        container.setAutoDeclare(false);
        container.setQueueNames(queue);
        return container;
    }

    private int consumers() throws Exception {
        return channel.queueDeclarePassive(QUEUE).getConsumerCount();
    }

    @Test
    void consumersStartWithTheirContainerOrWithTheBrokerWhicheverIsLater() throws Exception {
        RequestContainer early = container(new InFlight(), new LinkedBlockingQueue<>());
        early.start();
        assertThat(consumers()).isZero();
        queueConsumers.up(connection, connection);
        assertThat(consumers()).isEqualTo(SETTINGS.concurrency());
        early.stop();
        await().until(() -> consumers() == 0);
    }

    @Test
    void theNextGenerationFetchesAndTheOneBeforeKeepsWhatItHas() throws Exception {
        queueConsumers.up(connection, connection);
        BlockingQueue<Delivery> old = new LinkedBlockingQueue<>();
        BlockingQueue<Delivery> next = new LinkedBlockingQueue<>();
        RequestContainer first = container(new InFlight(), old);
        first.start();
        channel.basicPublish("", QUEUE, null, new byte[] {1});
        Delivery held = old.poll(20, TimeUnit.SECONDS);
        first.stop();
        RequestContainer second = container(new InFlight(), next);
        second.start();
        channel.basicPublish("", QUEUE, null, new byte[] {2});
        Delivery fresh = next.poll(20, TimeUnit.SECONDS);
        assertThat(fresh.body()).containsExactly(2);
        held.acknowledge();
        fresh.acknowledge();
        second.stop();
        await().until(() -> consumers() == 0);
        assertThat(channel.basicGet(QUEUE, true)).isNull();
    }

    @Test
    void nothingIsFetchedWhileTheServiceIsTooBusy() throws Exception {
        queueConsumers.up(connection, connection);
        RequestContainer container = container(new InFlight(), new LinkedBlockingQueue<>());
        container.start();
        // Once more if the machine stalls until the pause is over.
        await().until(() -> {
            queueConsumers.pause(Duration.ofMillis(500));
            return consumers() == 0;
        });
        await().until(() -> consumers() == SETTINGS.concurrency());
        container.stop();
    }

    @RepeatedTest(20)
    void aPauseThatIsNoWholeNumberOfMillisecondsEndsToo() throws Exception {
        queueConsumers.up(connection, connection);
        RequestContainer container = container(new InFlight(), new LinkedBlockingQueue<>());
        container.start();
        queueConsumers.pause(Duration.ofNanos(3_999_999));
        await().until(() -> consumers() == SETTINGS.concurrency());
        container.stop();
    }

    @Test
    void requestsAreStoppedAlsoWhileTheServiceIsTooBusyAndAfterwards() throws Exception {
        channel.exchangeDeclare("inference.exchange", "topic", true);
        queueConsumers.up(connection, connection);
        queueConsumers.pause(Duration.ofMillis(300));
        BlockingQueue<Delivery> came = new LinkedBlockingQueue<>();
        RequestContainer control = container(new InFlight(), came, AmqpTopology.CONTROL_QUEUE);
        control.start();
        RequestContainer requests = container(new InFlight(), new LinkedBlockingQueue<>());
        requests.start();
        channel.basicPublish("inference.exchange", "control.cancel", null, new byte[] {1});
        came.poll(20, TimeUnit.SECONDS).acknowledge();
        await().until(() -> consumers() == SETTINGS.concurrency());
        queueConsumers.pause(Duration.ofMillis(10));
        channel.basicPublish("inference.exchange", "control.cancel", null, new byte[] {2});
        came.poll(20, TimeUnit.SECONDS).acknowledge();
        await().until(() -> consumers() == SETTINGS.concurrency());
        channel.basicPublish("inference.exchange", "control.cancel", null, new byte[] {3});
        Delivery last = came.poll(20, TimeUnit.SECONDS);
        assertThat(last.body()).containsExactly(3);
        last.acknowledge();
        control.stop();
        requests.stop();
    }
}
