package io.inference.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.BesideOthers;
import io.inference.broker.BrokerAddress;
import io.inference.broker.NoBrokerException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@BesideOthers
class RabbitNodeIT {
    @TempDir
    Path folder;

    @Test
    void aMachineWithoutAServerIsToldWhatToInstall() {
        try (RabbitNode node = new RabbitNode(folder, folder.toString())) {
            assertThatThrownBy(node::start)
                    .isInstanceOf(NoBrokerException.class)
                    .hasMessageContaining("RABBITMQ_HOST")
                    .hasMessageContaining("apt-get install rabbitmq-server");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(folder.resolve("rabbitmq")).doesNotExist();
    }

    @Test
    void whatAKilledProcessLeftRunningIsStoppedAndItsMessagesAreThere() throws Exception {
        SharedRabbit.assumeInstalled();
        Process victim = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        folder.toString()))
                .redirectErrorStream(true)
                .start();
        awaitReady(victim);
        long orphan = Long.parseLong(Files.readString(folder.resolve("rabbitmq/node.pid")));
        long names = Long.parseLong(Files.readString(folder.resolve("rabbitmq/epmd.pid")));
        victim.destroyForcibly();
        assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.of(orphan)).isPresent();

        try (RabbitNode node = new RabbitNode(folder, System.getenv("PATH"))) {
            BrokerAddress settings = node.start();
            assertThat(ProcessHandle.of(orphan)).isEmpty();
            assertThat(ProcessHandle.of(names)).isEmpty();
            try (Connection connection = SharedRabbit.connect(settings);
                    Channel channel = connection.createChannel()) {
                assertThat(new String(channel.basicGet("kept", true).getBody(), StandardCharsets.UTF_8))
                        .isEqualTo("42");
            }
            assertThatThrownBy(() -> SharedRabbit.connect(
                            new BrokerAddress(settings.host(), settings.port(), "guest", "guest", "/", false)))
                    .hasMessageContaining("ACCESS_REFUSED");
        }
    }

    private static void awaitReady(Process victim) throws IOException {
        BufferedReader lines = victim.inputReader();
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("ready")) {
                return;
            }
            said.append(line).append('\n');
        }
        throw new IOException("the process ended without a server; it said:\n" + said);
    }

    /** A process that will be killed. */
    static final class Victim {
        public static void main(String[] args) throws Exception {
            RabbitNode node = new RabbitNode(Path.of(args[0]), System.getenv("PATH"));
            try (Connection connection = SharedRabbit.connect(node.start());
                    Channel channel = connection.createChannel()) {
                channel.confirmSelect();
                channel.queueDeclare("kept", true, false, false, Map.of("x-queue-type", "quorum"));
                channel.basicPublish("", "kept", null, "42".getBytes(StandardCharsets.UTF_8));
                channel.waitForConfirmsOrDie(60_000);
            }
            System.out.println("ready");
            Thread.currentThread().join();
        }
    }
}
