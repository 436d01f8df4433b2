package io.inference.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BlockedCallback;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.UnblockedCallback;
import io.inference.embedded.SharedRabbit;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A broker that reports that it is short of memory or disk, and no longer reads from publishers. */
class BlockedBrokerIT {
    private BlockedCallback onBlocked;
    private UnblockedCallback onUnblocked;

    @BeforeAll
    static void installed() {
        SharedRabbit.assumeInstalled();
    }

    /** A connection on which the test triggers that report. */
    private Connection listening(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("addBlockedListener") && arguments.length == 2) {
                        onBlocked = (BlockedCallback) arguments[0];
                        onUnblocked = (UnblockedCallback) arguments[1];
                        return null;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void nobodyWaitsForABrokerThatReadsNoMore() throws Exception {
        Publisher publisher = new Publisher(Duration.ofSeconds(20));
        try (Connection connection = SharedRabbit.connect()) {
            Connection publishing = listening(connection);
            publisher.up(publishing, publishing);
            assertThat(publish(publisher).get(20, TimeUnit.SECONDS)).isEqualTo(PublishOutcome.RETURNED);
            onBlocked.handle("low on disk");
            assertThat(publish(publisher)).isCompletedWithValue(PublishOutcome.UNKNOWN);
            onUnblocked.handle();
            assertThat(publish(publisher).get(20, TimeUnit.SECONDS)).isEqualTo(PublishOutcome.RETURNED);
        }
    }

    private static CompletableFuture<PublishOutcome> publish(Publisher publisher) {
        BasicProperties properties =
                new BasicProperties.Builder().messageId("blocked").build();
        return publisher.publish(new OutgoingMessage("", "no-such-queue", true, properties, new byte[0]));
    }
}
