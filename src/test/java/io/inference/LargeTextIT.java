package io.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.inference.broker.Broker;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import io.inference.stub.StubServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A text of more than 20 MB, the default limit of the JSON library, passes every door, to the backend and back. */
class LargeTextIT {
    private static final String LARGE = "y".repeat(21 << 20);
    private static final HttpClient client = HttpClient.newHttpClient();

    private static StubServer upstream;
    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        upstream = new StubServer(LargeTextIT::answer);
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("large_text"));
        options.add("--inference-services-openai-base-url=" + upstream.url() + "/v1");
        if (SharedRabbit.missing().isEmpty()) {
            SharedRabbit.clear();
            options.addAll(SharedRabbit.options());
        }
        service = RunningService.start(options.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        service.close();
        upstream.close();
    }

    /** Answers with the length of the question; with a long answer on request. */
    private static void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            return;
        }
        String content = request.body().contains("answer at length")
                ? LARGE
                : "got " + (request.body().length() >> 20) + " MB";
        connection.whole(
                200,
                "application/json",
                "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                        + content
                        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");
    }

    @Test
    void inAChat() throws Exception {
        assertThat(post("/v1/chat/completions", chat(LARGE)).body()).contains("got 21 MB");
        assertThat(post("/api/chat", chat(LARGE).replace("{\"model\"", "{\"stream\":false,\"model\""))
                        .body())
                .contains("got 21 MB");
    }

    @Test
    void inABackendsAnswer() throws Exception {
        HttpResponse<String> answer = post("/v1/chat/completions", chat("answer at length"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().length()).isGreaterThan(LARGE.length());
    }

    @Test
    void inALineOfABatch() throws Exception {
        String line = "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":"
                + chat(LARGE) + "}\n";
        String form = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n" + line
                + "\r\n--x--\r\n";
        String file = found(
                "\"id\":\"(file-[^\"]+)\"",
                post("/v1/files", form, "multipart/form-data; boundary=x").body());
        String batch = found(
                "\"id\":\"(batch_[^\"]+)\"",
                post(
                                "/v1/batches",
                                "{\"input_file_id\":\"" + file
                                        + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}")
                        .body());
        String ended = await().atMost(Duration.ofMinutes(3))
                .until(
                        () -> get("/v1/batches/" + batch).body(),
                        body -> body.contains("\"status\":\"completed\"") || body.contains("\"status\":\"failed\""));
        assertThat(ended).contains("\"status\":\"completed\"");
        String output = found("\"output_file_id\":\"([^\"]+)\"", ended);
        assertThat(get("/v1/files/" + output + "/content").body()).contains("got 21 MB");
    }

    @Test
    void inAMessage() throws Exception {
        SharedRabbit.assumeInstalled();
        await().until(() -> service.bean(Broker.class).state().equals("up"));
        try (Connection connection = SharedRabbit.connect();
                Channel channel = connection.createChannel()) {
            String replies = channel.queueDeclare().getQueue();
            channel.basicPublish(
                    "inference.exchange",
                    "request.high",
                    new BasicProperties.Builder().replyTo(replies).build(),
                    ("{\"correlation_id\":\"large\",\"task\":\"chat\",\"type\":\"request\",\"payload\":" + chat(LARGE)
                                    + "}")
                            .getBytes(StandardCharsets.UTF_8));
            GetResponse reply = await().atMost(Duration.ofMinutes(3))
                    .until(() -> channel.basicGet(replies, true), got -> got != null);
            assertThat(new String(reply.getBody(), StandardCharsets.UTF_8)).contains("got 21 MB");
        }
    }

    private static String chat(String text) {
        return "{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return post(path, body, "application/json");
    }

    private static HttpResponse<String> post(String path, String body, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
