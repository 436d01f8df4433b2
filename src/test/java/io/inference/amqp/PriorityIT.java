package io.inference.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.amqp.consumer.Backlog;
import io.inference.broker.Broker;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import io.inference.job.JobPriority;
import io.inference.stub.StubServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The order in which a backend receives low and high requests from any door: everything is queued before it answers the
 * first. Four run at once; of RabbitMQ's at most two of each queue, as by default.
 */
class PriorityIT {
    private static final int EACH = 40;
    private static final int SLOTS = 4;
    private static final double LOW_SHARE = 0.125;
    private static final Pattern ASKED = Pattern.compile("(?:low|high) \\d+ of [a-z ]+");

    private static final HttpClient http = HttpClient.newHttpClient();
    private static final List<String> asked = new CopyOnWriteArrayList<>();
    private static final Set<String> answered = ConcurrentHashMap.newKeySet();
    private static volatile CountDownLatch gate = new CountDownLatch(1);
    private static volatile Runnable pace = () -> {};
    private static StubServer backend;
    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        SharedRabbit.assumeInstalled();
        SharedRabbit.clear();
        backend = new StubServer(PriorityIT::answer);
        List<String> options = new ArrayList<>(SharedRabbit.options());
        options.addAll(SharedPostgres.freshOptions("priority"));
        options.add("--inference-services-openai-base-url=" + backend.url() + "/v1");
        options.add("--job-concurrency=" + SLOTS);
        service = RunningService.start(options.toArray(String[]::new));
        await().until(() -> service.bean(Broker.class).state().equals("up"));
    }

    @AfterAll
    static void stop() {
        gate.countDown();
        if (service != null) {
            service.close();
            backend.close();
        }
    }

    private static void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            return;
        }
        Matcher text = ASKED.matcher(request.body());
        assertThat(text.find()).isTrue();
        asked.add(text.group());
        gate.await();
        if (text.group().startsWith("high")) {
            pace.run();
        }
        connection.whole(
                200,
                "application/json",
                "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"done\"},\"finish_reason\":\"stop\"}]}");
        answered.add(text.group());
    }

    @ParameterizedTest
    @CsvSource({"amqp, amqp", "rest, rest", "rest, amqp", "amqp, rest"})
    void whileHighOnesWaitLowOnesGetTheirShareAndNoMore(String lowDoor, String highDoor) throws Exception {
        asked.clear();
        answered.clear();
        gate = new CountDownLatch(1);
        try (AmqpClient client = new AmqpClient()) {
            submit(client, lowDoor, "low", lowDoor + " and " + highDoor);
            int lowSlots = lowDoor.equals("amqp") ? 2 : SLOTS;
            await().until(() -> asked.size() == lowSlots);
            submit(client, highDoor, "high", lowDoor + " and " + highDoor);
            awaitQueued(client, highDoor, lowSlots);
            int underWay = asked.size();
            pace = lowDoor.equals("amqp") ? () -> awaitLowRow(client) : () -> {};
            gate.countDown();
            await().atMost(Duration.ofMinutes(3)).until(() -> asked.size() == 2 * EACH && answered.containsAll(asked));
            check(underWay);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "request.high, 0, high",
        "request.low, 10, low",
        "request.low, \"High\", low",
        "request.embedding, 9, medium"
    })
    void aPriorityMayBeANumberAndTheQueueDecides(String key, String priority, String expected) throws Exception {
        gate.countDown();
        try (AmqpClient client = new AmqpClient()) {
            String text = "low 0 of numbers";
            String body = AmqpClient.chat("number of " + key + " " + expected + priority.length(), text, false);
            client.request(key, body.replace("\"priority\":\"medium\"", "\"priority\":" + priority));
            AmqpClient.Came result = client.reply();
            assertThat(result.json().at("/payload/choices/0/message/content").asText())
                    .isEqualTo("done");
            assertThat(result.json().path("priority").asText()).isEqualTo(expected);
        }
    }

    /**
     * A low message becomes a row only after another one is finished: on a busy machine after many high ones, which
     * would prove nothing.
     */
    private static synchronized void awaitLowRow(AmqpClient client) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> queuedLow() > 0 || client.ready("inference.request.low") == 0);
    }

    private static int queuedLow() {
        return service.bean(Database.class)
                .call(database -> database.sql("SELECT count(*) FROM jobs WHERE state = 'queued' AND priority = 'low'")
                        .query(Integer.class)
                        .single());
    }

    private static void check(int underWay) {
        // The last ones of a queue are in progress when the queue is empty.
        int lastThatWaited = positions("high").get(EACH - 3);
        long low = positions("low").stream()
                .filter(at -> at > underWay && at < lastThatWaited)
                .count();
        long high = positions("high").stream()
                .filter(at -> at > underWay && at <= lastThatWaited)
                .count();
        // One has been saved up, and one may arrive before those that were claimed before it.
        double most = high * LOW_SHARE / (1 - LOW_SHARE) + 2;
        assertThat((double) low).isBetween(most - 4, most);
        assertThat(mean("high")).isLessThan(30);
        assertThat(mean("low")).isGreaterThan(50);
    }

    /** Counted from 1. */
    private static List<Integer> positions(String priority) {
        return IntStream.rangeClosed(1, asked.size())
                .filter(at -> asked.get(at - 1).startsWith(priority))
                .boxed()
                .toList();
    }

    private static double mean(String priority) {
        return positions(priority).stream().mapToInt(at -> at).average().orElseThrow();
    }

    private static void awaitQueued(AmqpClient client, String highDoor, int lowUnderWay) {
        if (highDoor.equals("amqp")) {
            await().until(() -> client.ready("inference.request.high") == EACH - 2);
            await().until(() -> service.bean(Backlog.class).waiting() == JobPriority.HIGH);
        }
        // Those of RabbitMQ's low queue leave slots free.
        await().until(() -> asked.size() == SLOTS);
        assertThat(positions("low")).hasSize(lowUnderWay);
    }

    private static void submit(AmqpClient client, String door, String priority, String test) throws Exception {
        for (int i = 0; i < EACH; i++) {
            String text = priority + " " + i + " of " + test;
            if (door.equals("amqp")) {
                client.request("request." + priority, AmqpClient.chat(text, text, false));
            } else {
                submit(priority, text);
            }
        }
    }

    private static void submit(String priority, String text) throws Exception {
        String body = "{\"task\":\"chat\",\"priority\":\"" + priority
                + "\",\"payload\":{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text
                + "\"}]}}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/jobs"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(202);
    }
}
