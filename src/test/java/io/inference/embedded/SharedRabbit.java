package io.inference.embedded;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.inference.broker.BrokerAddress;
import io.inference.broker.NoBrokerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * One real RabbitMQ, a private node, for all tests of a JVM. Tests that need it are skipped on a machine that has no
 * rabbitmq-server.
 */
public final class SharedRabbit {
    private static final List<String> QUEUES = List.of(
            "inference.request.high",
            "inference.request.medium",
            "inference.request.low",
            "inference.image.request",
            "inference.embedding.request",
            "inference.results",
            "inference.status",
            "inference.dead-letter");

    private SharedRabbit() {}

    /** Skips the test, visibly, if this machine has no rabbitmq-server. */
    public static void assumeInstalled() {
        String missing = missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> "no rabbitmq-server is installed on this machine: " + missing);
    }

    /** What is missing on this machine to run one; empty if nothing is. */
    public static String missing() {
        try {
            RabbitPrograms.find(System.getenv("PATH"));
            return "";
        } catch (NoBrokerException e) {
            return String.valueOf(e.getMessage());
        }
    }

    public static BrokerAddress settings() {
        return Holder.SETTINGS;
    }

    /** The service's options that name it. */
    public static List<String> options() {
        return options(settings());
    }

    public static List<String> options(BrokerAddress settings) {
        return List.of(
                "--rabbitmq-host=" + settings.host(),
                "--rabbitmq-port=" + settings.port(),
                "--rabbitmq-user=" + settings.user(),
                "--rabbitmq-password=" + settings.password());
    }

    public static Connection connect() throws Exception {
        return connect(settings());
    }

    public static Connection connect(BrokerAddress settings) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(settings.host());
        factory.setPort(settings.port());
        factory.setUsername(settings.user());
        factory.setPassword(settings.password());
        return factory.newConnection("a test");
    }

    /** Deletes queues and exchanges that services of other tests have left. */
    public static void clear() throws Exception {
        try (Connection connection = connect()) {
            for (String queue : QUEUES) {
                try (Channel channel = connection.createChannel()) {
                    channel.queueDelete(queue);
                }
            }
            for (String exchange : List.of("inference.exchange", "inference.dead-letter")) {
                try (Channel channel = connection.createChannel()) {
                    channel.exchangeDelete(exchange);
                }
            }
        }
    }

    private static final class Holder {
        private static final BrokerAddress SETTINGS = start();

        private static BrokerAddress start() {
            RabbitNode node = new RabbitNode(Path.of("target", "embedded"), System.getenv("PATH"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    node.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
            try {
                return node.start();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
