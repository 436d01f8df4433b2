package io.inference.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.BesideOthers;
import io.inference.ServiceProcess;
import io.inference.embedded.OwnServers;
import io.inference.embedded.SharedRabbit;
import io.inference.stub.StubServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 500 requests while the service is killed five times, the broker restarted, and PostgreSQL stopped as by a power cut.
 * The backend answers every call differently, and only as fast as the test allows, so that each fault happens while
 * work is in progress.
 */
@BesideOthers
class NothingIsLostIT {
    private static final int REQUESTS = 500;
    private static final int KILLS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** Kept after the test, since it alone shows what a killed service was doing. */
    private static final Path LOG = Path.of("target", "nothing-is-lost.log");

    private static final List<String> REQUESTS_WAIT_IN =
            List.of("inference.request.high", "inference.request.medium", "inference.request.low");

    @TempDir
    Path folder;

    private final Semaphore answers = new Semaphore(0);
    private final AtomicInteger calls = new AtomicInteger();
    /** By correlation id, the messages under each message id. */
    private final Map<String, Map<String, Set<String>>> results = new ConcurrentHashMap<>();

    private final AtomicInteger came = new AtomicInteger();
    private StubServer backend;
    private OwnServers servers;
    private Connection reader;
    private ServiceProcess service;

    @BeforeEach
    void start() throws Exception {
        SharedRabbit.assumeInstalled();
        Files.deleteIfExists(LOG);
        servers = new OwnServers(folder, "nothing_is_lost");
        backend = new StubServer(this::answer);
        startService();
        await().atMost(PATIENCE).until(this::isOpen);
    }

    @AfterEach
    void stop() throws Exception {
        if (servers != null) {
            service.kill();
            reader.abort();
            backend.close();
            servers.close();
        }
    }

    @Test
    void everyRequestHasOneResultWhateverIsKilledAndRestarted() throws Exception {
        send();
        read();
        for (int kill = 1; kill <= KILLS; kill++) {
            progress(kill * REQUESTS / 10);
            service.kill();
            startService();
        }
        progress((KILLS + 1) * REQUESTS / 10);
        servers.restartBroker();
        read();
        progress((KILLS + 2) * REQUESTS / 10);
        servers.postgres().crash();
        servers.postgres().recover();
        progress(REQUESTS);
        await().atMost(PATIENCE).until(() -> unfinished() == 0);
        service.close();

        assertThat(results).hasSize(REQUESTS);
        assertThat(results.values()).allSatisfy(byMessage -> {
            assertThat(byMessage).as("message ids of one request").hasSize(1);
            assertThat(byMessage.values())
                    .allSatisfy(bodies -> assertThat(bodies).hasSize(1));
        });
        assertThat(results.values().stream().flatMap(byMessage -> byMessage.keySet().stream()))
                .doesNotHaveDuplicates();
        assertThat(inQueues()).as("messages left in queues").isZero();
        System.out.println(REQUESTS + " requests, " + calls + " calls of the backend, " + came + " results, "
                + (came.get() - REQUESTS) + " of them repeated");
    }

    /** Lets the backend answer until so many requests have their results. */
    private void progress(int target) {
        await("results, or else a reason in " + LOG)
                .atMost(PATIENCE)
                .failFast("the service has ended, see " + LOG, () -> !service.isAlive())
                .until(() -> {
                    answers.release(5);
                    return results.size() >= target;
                });
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            return;
        }
        answers.acquire();
        connection.whole(
                200,
                "application/json",
                "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"answer "
                        + calls.incrementAndGet() + "\"},\"finish_reason\":\"stop\"}]}");
    }

    private void startService() throws Exception {
        List<String> options = new ArrayList<>(servers.options());
        options.add("--inference-services-openai-base-url=" + backend.url() + "/v1");
        options.add("--rabbitmq-prefetch=10");
        options.add("--shutdown-grace=10s");
        service = ServiceProcess.start(LOG, options);
    }

    /**
     * Whether requests are fetched: queues exist before they are bound, and messages without a bound queue are lost.
     */
    private boolean isOpen() throws Exception {
        try (Connection connection = SharedRabbit.connect(servers.broker());
                Channel channel = connection.createChannel()) {
            for (String queue : REQUESTS_WAIT_IN) {
                if (channel.consumerCount(queue) == 0) {
                    return false;
                }
            }
            return true;
        } catch (java.io.IOException e) {
            assertThat(service.isAlive()).as("the service runs").isTrue();
            return false;
        }
    }

    private void send() throws Exception {
        try (Connection connection = SharedRabbit.connect(servers.broker());
                Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            AtomicInteger returned = new AtomicInteger();
            channel.addReturnListener(message -> returned.incrementAndGet());
            String[] keys = {"request.high", "request.medium", "request.low"};
            for (int i = 0; i < REQUESTS; i++) {
                channel.basicPublish(
                        "inference.exchange",
                        keys[i % keys.length],
                        true,
                        new BasicProperties.Builder().deliveryMode(2).build(),
                        AmqpClient.chat("request-" + i, "question " + i, false).getBytes(StandardCharsets.UTF_8));
            }
            channel.waitForConfirmsOrDie(PATIENCE.toMillis());
            assertThat(returned).as("requests that reached no queue").hasValue(0);
        }
    }

    private void read() throws Exception {
        reader = SharedRabbit.connect(servers.broker());
        Channel channel = reader.createChannel();
        channel.basicConsume(
                "inference.results",
                false,
                (tag, message) -> {
                    AmqpClient.Came result = new AmqpClient.Came(message.getProperties(), message.getBody());
                    came.incrementAndGet();
                    results.computeIfAbsent(
                                    result.json().path("correlation_id").asText(), id -> new ConcurrentHashMap<>())
                            .computeIfAbsent(result.properties().getMessageId(), id -> ConcurrentHashMap.newKeySet())
                            .add(new String(result.body(), StandardCharsets.UTF_8));
                    channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
                },
                tag -> {});
    }

    private long unfinished() throws SQLException {
        try (var connection = DriverManager.getConnection(
                        servers.postgres().settings().url(),
                        servers.postgres().settings().user(),
                        servers.postgres().settings().password());
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM jobs WHERE state <> 'done' OR delivered_at IS NULL")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private long inQueues() throws Exception {
        long count = 0;
        try (Connection connection = SharedRabbit.connect(servers.broker());
                Channel channel = connection.createChannel()) {
            for (String queue : REQUESTS_WAIT_IN) {
                count += channel.messageCount(queue);
            }
            count += channel.messageCount("inference.dead-letter");
        }
        return count;
    }
}
