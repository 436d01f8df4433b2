package io.inference.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.amqp.message.AmqpTopology;
import io.inference.embedded.SharedRabbit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerIT {
    private final Publisher publisher = new Publisher(Duration.ofSeconds(20));
    private final AtomicInteger ups = new AtomicInteger();
    private final AtomicInteger downs = new AtomicInteger();
    private Broker broker;

    @BeforeEach
    void clear() throws Exception {
        SharedRabbit.assumeInstalled();
        SharedRabbit.clear();
        broker = broker(SharedRabbit.settings());
    }

    @AfterEach
    void close() throws Exception {
        if (broker != null) {
            broker.close();
            SharedRabbit.clear();
        }
    }

    private Broker broker(BrokerAddress settings) {
        Broker made = new Broker(() -> settings, AmqpTopology.declarables());
        made.addListener(publisher);
        made.addListener(new BrokerListener() {
            @Override
            public void up(Connection consuming, Connection publishing) {
                ups.incrementAndGet();
            }

            @Override
            public void down() {
                downs.incrementAndGet();
            }
        });
        return made;
    }

    @Test
    void itDeclaresQuorumQueuesWithTheirLimits() throws Exception {
        broker.start();
        await().until(() -> broker.state().equals("up"));
        try (Connection connection = SharedRabbit.connect();
                Channel channel = connection.createChannel()) {
            // The broker compares these with the existing ones, and would refuse others.
            channel.queueDeclare(
                    "inference.request.high",
                    true,
                    false,
                    false,
                    Map.of(
                            "x-queue-type", "quorum",
                            "x-delivery-limit", 20,
                            "x-dead-letter-exchange", "inference.dead-letter"));
            assertThat(channel.queueDeclarePassive("inference.dead-letter").getMessageCount())
                    .isZero();
        }
    }

    @Test
    void aQueueThatIsOtherwiseIsNamedAndKeepsTheDoorClosedUntilItIsMended() throws Exception {
        try (Connection connection = SharedRabbit.connect();
                Channel channel = connection.createChannel()) {
            Map<String, Object> arguments = Map.of("x-dead-letter-exchange", "inference.dead-letter");
            channel.queueDeclare("inference.request.low", true, false, false, arguments);
            broker.start();
            await().until(() -> broker.state().contains("inference.request.low"));
            assertThat(broker.state()).contains("x-queue-type", "'quorum'");
            assertThat(ups).hasValue(0);
            channel.queueDelete("inference.request.low");
            await().atMost(Duration.ofSeconds(30)).until(() -> broker.state().equals("up"));
            // Its listeners are told after that.
            await().until(() -> ups.get() > 0);
            assertThat(ups).hasValue(1);
        }
    }

    @Test
    void everyDifferenceIsToldAtOnce() throws Exception {
        try (Connection connection = SharedRabbit.connect();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("inference.status", true, false, false, Map.of());
            channel.queueDeclare(
                    "inference.request.low",
                    true,
                    false,
                    false,
                    Map.of(
                            "x-queue-type", "quorum",
                            "x-dead-letter-exchange", "inference.dead-letter",
                            "x-delivery-limit", 3));
            broker.start();
            await().until(() -> broker.state().contains("inference.status"));
            assertThat(broker.state()).contains("inference.request.low", "x-delivery-limit");
        }
    }

    @Test
    void aWrongPasswordIsSaidAndTriedAgain() {
        BrokerAddress right = SharedRabbit.settings();
        broker = broker(new BrokerAddress(right.host(), right.port(), right.user(), "wrong", "/", false));
        broker.start();
        await().until(() -> broker.state().contains("ACCESS_REFUSED"));
        assertThat(broker.state()).doesNotContain("wrong");
    }

    @Test
    void aMachineWithoutABrokerIsSaidOnce() {
        broker = new Broker(
                () -> {
                    throw new NoBrokerException("install one");
                },
                AmqpTopology.declarables());
        broker.start();
        await().until(broker::isOff);
        assertThat(broker.state()).isEqualTo("install one");
    }

    @Test
    void aLostConnectionIsMadeAgainAndPublishingGoesOn() throws Exception {
        broker.start();
        await().until(() -> ups.get() == 1);
        Connection live = broker.connections().createConnection().getDelegate();
        live.abort();
        await().until(() -> downs.get() == 1 && ups.get() == 2);
        assertThat(publish("inference.exchange", "status.done", true)).isEqualTo(PublishOutcome.CONFIRMED);
    }

    @Test
    void whatNobodyTakesComesBackAndWhatTheBrokerDoesNotKnowIsUnknown() throws Exception {
        assertThat(publish("inference.exchange", "status.done", true)).isEqualTo(PublishOutcome.UNKNOWN);
        startAndAwaitPublisher();
        assertThat(publish("", "no-such-queue", true)).isEqualTo(PublishOutcome.RETURNED);
        assertThat(publish("", "no-such-queue", false)).isEqualTo(PublishOutcome.CONFIRMED);
        assertThat(publish("no-such-exchange", "", true)).isEqualTo(PublishOutcome.UNKNOWN);
        assertThat(publish("inference.exchange", "status.done", true)).isEqualTo(PublishOutcome.CONFIRMED);
    }

    @Test
    void aMessageThatAmqpCannotCarryIsGivenUpAndTheConfirmsOfTheNextAreTheirOwn() throws Exception {
        startAndAwaitPublisher();
        assertThat(publish("inference.exchange", "status.done", true)).isEqualTo(PublishOutcome.CONFIRMED);
        assertThat(publish("inference.exchange", "status.done", true, "x".repeat(256)))
                .isEqualTo(PublishOutcome.RETURNED);
        assertThat(publish("inference.exchange", "status.done", true)).isEqualTo(PublishOutcome.CONFIRMED);
        assertThat(publish("", "no-such-queue", true)).isEqualTo(PublishOutcome.RETURNED);
    }

    /** The broker is up a moment before its listeners are told, the publisher first. */
    private void startAndAwaitPublisher() {
        broker.start();
        await().until(() -> ups.get() == 1);
        assertThat(broker.state()).isEqualTo("up");
    }

    private PublishOutcome publish(String exchange, String key, boolean mandatory) throws Exception {
        return publish(exchange, key, mandatory, null);
    }

    private PublishOutcome publish(String exchange, String key, boolean mandatory, @Nullable String correlationId)
            throws Exception {
        BasicProperties properties = new BasicProperties.Builder()
                .messageId(UUID.randomUUID().toString())
                .correlationId(correlationId)
                .build();
        return publisher
                .publish(
                        new OutgoingMessage(exchange, key, mandatory, properties, "x".getBytes(StandardCharsets.UTF_8)))
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void aBrokerThatIsNotThereIsWaitedFor() throws IOException {
        BrokerAddress right = SharedRabbit.settings();
        AtomicInteger asked = new AtomicInteger();
        AtomicBoolean there = new AtomicBoolean();
        broker = new Broker(
                () -> {
                    asked.incrementAndGet();
                    if (!there.get()) {
                        throw new IOException("not yet");
                    }
                    return right;
                },
                AmqpTopology.declarables());
        broker.start();
        await().until(() -> broker.state().equals("not yet") && asked.get() > 1);
        there.set(true);
        await().until(() -> broker.state().equals("up"));
    }
}
