package io.inference.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.RunningService;
import io.inference.amqp.result.UnackedDeliveries;
import io.inference.api.call.Caller;
import io.inference.broker.Broker;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import io.inference.job.JobPriority;
import io.inference.job.JobTask;
import io.inference.job.Jobs;
import io.inference.job.NewJob;
import io.inference.stub.ImageServer;
import io.inference.stub.Pictures;
import io.inference.stub.StubServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service from the side of a RabbitMQ client. */
class AmqpDoorIT {
    private static final Set<String> FAILED = ConcurrentHashMap.newKeySet();
    private static StubServer backend;
    private static ImageServer images;
    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        SharedRabbit.assumeInstalled();
        SharedRabbit.clear();
        backend = new StubServer(AmqpDoorIT::answer);
        images = new ImageServer();
        List<String> options = new ArrayList<>(SharedRabbit.options());
        options.addAll(SharedPostgres.freshOptions("amqp_door"));
        options.add("--inference-services-openai-base-url=" + backend.url() + "/v1");
        options.add("--image-backend=openai");
        options.add("--inference-services-sd-base-url=" + images.url());
        options.add("--rabbitmq-prefetch=10");
        options.add("--max-request-size=100KB");
        options.add("--job-attempts=2");
        service = RunningService.start(options.toArray(String[]::new));
        await().until(() -> service.bean(Broker.class).state().equals("up"));
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
            backend.close();
            images.close();
        }
    }

    private static void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
        } else if (request.body().contains("be slow")) {
            connection.awaitDisconnect();
        } else if (request.body().contains("always fail")
                || request.body().contains("fail once") && FAILED.add(request.body())) {
            connection.whole(500, "application/json", "{\"error\":{\"message\":\"broken\"}}");
        } else if (request.path().endsWith("/embeddings")) {
            connection.whole(
                    200,
                    "application/json",
                    "{\"model\":\"mock\",\"data\":[{\"index\":0,\"embedding\":[1,0]}],\"usage\":{\"prompt_tokens\":1,"
                            + "\"total_tokens\":1}}");
        } else if (request.body().contains("\"stream\":true")) {
            connection.whole(200, "text/event-stream", """
                    data: {"choices":[{"index":0,"delta":{"content":"one "}}]}

                    data: {"choices":[{"index":0,"delta":{"content":"two "}}]}

                    data: {"choices":[{"index":0,"delta":{"content":"three"}}]}

                    data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

                    data: [DONE]

                    """);
        } else {
            connection.whole(
                    200,
                    "application/json",
                    "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                            + "\"content\":\"done\"},\"finish_reason\":\"stop\"}]}");
        }
    }

    @Test
    void aRequestGetsItsResultWithItsCorrelationIdAndAStableMessageId() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.send(
                    "request.high",
                    AmqpClient.chat("first", "Hi", false),
                    new BasicProperties.Builder()
                            .replyTo(client.replyQueue())
                            .correlationId("rpc-1")
                            .build());
            AmqpClient.Came result = client.reply();
            assertThat(result.properties().getCorrelationId()).isEqualTo("rpc-1");
            assertThat(result.json().path("correlation_id").asText()).isEqualTo("first");
            assertThat(result.json().path("type").asText()).isEqualTo("result");
            assertThat(result.json().path("task").asText()).isEqualTo("chat");
            assertThat(result.json().path("priority").asText()).isEqualTo("high");
            assertThat(result.json().at("/payload/choices/0/message/content").asText())
                    .isEqualTo("done");

            client.send(
                    "request.high",
                    AmqpClient.chat("first", "Hi", false),
                    new BasicProperties.Builder()
                            .replyTo(client.replyQueue())
                            .correlationId("rpc-1")
                            .build());
            AmqpClient.Came again = client.reply();
            assertThat(again.body()).isEqualTo(result.body());
            assertThat(again.properties().getMessageId())
                    .isEqualTo(result.properties().getMessageId());
        }
    }

    @Test
    void picturesAreMadeEditedAndStreamed() throws Exception {
        String picture = Pictures.base64(ImageServer.PICTURE);
        try (AmqpClient client = new AmqpClient()) {
            var properties =
                    new BasicProperties.Builder().replyTo(client.replyQueue()).build();
            client.send("request.image", image("made", "image_generation", "\"prompt\":\"a cat\""), properties);
            AmqpClient.Came made = client.reply();
            assertThat(made.json().path("task").asText()).isEqualTo("image_generation");
            assertThat(made.json().at("/payload/data/0/b64_json").asText()).isEqualTo(picture);
            String url = "data:image/png;base64," + Pictures.base64(Pictures.png(2, 2, 0xff102030));
            client.send(
                    "request.image",
                    image(
                            "edited",
                            "image_editing",
                            "\"prompt\":\"a hat\",\"images\":[{\"image_url\":\"" + url + "\"}]"),
                    properties);
            assertThat(client.reply().json().at("/payload/data/0/b64_json").asText())
                    .isEqualTo(picture);

            client.send(
                    "request.image",
                    image("previews", "image_generation", "\"prompt\":\"a\",\"stream\":true,\"partial_images\":1"),
                    properties);
            List<String> types = new ArrayList<>();
            for (AmqpClient.Came part = client.reply();
                    !part.json().at("/payload/type").asText().isEmpty();
                    part = client.reply()) {
                types.add(part.json().at("/payload/type").asText());
                if (Boolean.TRUE.equals(part.properties().getHeaders().get("x-final"))) {
                    break;
                }
            }
            assertThat(types)
                    .containsExactly(
                            "image_generation.partial_image",
                            "image_generation.partial_image",
                            "image_generation.completed");
        }
    }

    private static String image(String id, String task, String payload) {
        return "{\"correlation_id\":\"" + id + "\",\"type\":\"request\",\"task\":\"" + task + "\",\"payload\":{"
                + payload + "}}";
    }

    @Test
    void whatABackendCannotHonourIsRefusedUnlessAHeaderAllowsItToBeDropped() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            for (boolean drop : new boolean[] {false, true}) {
                String request = AmqpClient.chat("drop-" + drop, "Hi", false)
                        .replace("\"model\":", "\"num_ctx\":512,\"model\":");
                client.send(
                        "request.high",
                        request,
                        new BasicProperties.Builder()
                                .replyTo(client.replyQueue())
                                .headers(Map.of("X-Inference-Drop-Unsupported", Boolean.toString(drop)))
                                .build());
                JsonNode payload = client.reply().json().path("payload");
                assertThat(payload.at("/error/param").asText()).isEqualTo(drop ? "" : "num_ctx");
                assertThat(payload.at("/choices/0/message/content").asText()).isEqualTo(drop ? "done" : "");
            }
        }
    }

    @Test
    void directReplyToIsHonoured() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.consume("amq.rabbitmq.reply-to");
            client.send(
                    "request.medium",
                    AmqpClient.chat("direct", "Hi", false),
                    new BasicProperties.Builder()
                            .replyTo("amq.rabbitmq.reply-to")
                            .build());
            assertThat(client.reply()
                            .json()
                            .at("/payload/choices/0/message/content")
                            .asText())
                    .isEqualTo("done");
        }
    }

    @Test
    void withoutAReplyAddressTheResultGoesToTheResults() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.results");
            client.send(
                    "request.embedding",
                    "{\"correlation_id\":\"embed\",\"task\":\"embedding\",\"payload\":{\"model\":\"mock\","
                            + "\"input\":\"a\"}}",
                    null);
            AmqpClient.Came result = client.take("inference.results");
            assertThat(result.json().at("/payload/data/0/embedding").toString()).isEqualTo("[1.0,0.0]");
            assertThat(result.header("x-final")).isEqualTo("true");
        }
    }

    @Test
    void theChunksOfAStreamAreMessagesInOrderAndTheLastSaysSo() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.request("request.medium", AmqpClient.chat("stream", "Hi", true));
            List<AmqpClient.Came> chunks = new ArrayList<>();
            do {
                chunks.add(client.reply());
            } while (chunks.getLast().header("x-final").equals("false"));
            for (int i = 0; i < chunks.size(); i++) {
                assertThat(chunks.get(i).header("x-sequence")).isEqualTo("" + i);
            }
            assertThat(chunks.stream()
                            .map(chunk -> chunk.json()
                                    .at("/payload/choices/0/delta/content")
                                    .asText())
                            .collect(Collectors.joining()))
                    .isEqualTo("one two three");
            assertThat(chunks.getLast()
                            .json()
                            .at("/payload/choices/0/finish_reason")
                            .asText())
                    .isEqualTo("stop");
            assertThat(chunks.stream().map(chunk -> chunk.properties().getMessageId()))
                    .doesNotHaveDuplicates();

            client.request("request.medium", AmqpClient.chat("stream", "Hi", true));
            for (AmqpClient.Came chunk : chunks) {
                AmqpClient.Came again = client.reply();
                assertThat(again.body()).isEqualTo(chunk.body());
                assertThat(again.properties().getMessageId())
                        .isEqualTo(chunk.properties().getMessageId());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | invalid_request | not valid JSON",
                "[] | invalid_request | not a JSON object",
                "{\"correlation_id\":\"x\",\"task\":\"dance\",\"payload\":{}} | invalid_request | no such task",
                "{\"correlation_id\":\"x\",\"task\":7,\"payload\":{}} | invalid_request | 'task' must be text",
                "{\"correlation_id\":\"x\",\"task\":\"chat\",\"payload\":[]} | invalid_request | 'payload' must be an "
                        + "object",
                "{\"task\":\"chat\",\"payload\":{}} | invalid_request | 'correlation_id' is missing",
                "{\"correlation_id\":\"wrong\",\"task\":\"chat\",\"payload\":{\"model\":1}} | invalid_request | model",
            })
    void whatCannotBeDoneIsDeadLetteredAtOnceWithItsReasonAndAnErrorResult(String body, String reason, String words)
            throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.dead-letter");
            client.request("request.low", body);
            AmqpClient.Came result = client.reply();
            assertThat(result.json().at("/payload/success").asBoolean(true)).isFalse();
            assertThat(result.json().at("/payload/error/code").asText()).isEqualTo(reason);
            assertThat(result.json().at("/payload/error/message").asText()).contains(words);
            AmqpClient.Came dead = client.take("inference.dead-letter");
            assertThat(dead.header("x-reason")).isEqualTo(reason);
            assertThat(dead.header("x-first-error")).contains(words);
            assertThat(dead.header("x-last-error")).contains(words);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "ü"})
    void aCorrelationIdThatIsTooLongIsRefusedOnceAndHoldsUpNobody(String character) throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.dead-letter");
            client.request("request.high", AmqpClient.chat(character.repeat(300), "Hi", false));
            AmqpClient.Came result = client.reply();
            assertThat(result.json().at("/payload/error/param").asText()).isEqualTo("correlation_id");
            assertThat(result.json().path("correlation_id").asText()).isEqualTo(character.repeat(300));
            client.request("request.high", AmqpClient.chat("after the long " + character, "Hi", false));
            assertThat(client.reply().json().path("correlation_id").asText()).isEqualTo("after the long " + character);
            await().until(() -> service.bean(UnackedDeliveries.class).size() == 0);
            client.take("inference.dead-letter");
            assertThat(client.ready("inference.dead-letter")).isZero();
            assertThat(client.isQuiet()).isTrue();
        }
    }

    @Test
    void aCorrelationIdThatOnlyTheEnvelopeCanHoldGetsItsResult() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.request("request.high", AmqpClient.chat("ü".repeat(200), "Hi", false));
            AmqpClient.Came result = client.reply();
            assertThat(result.json().path("correlation_id").asText()).isEqualTo("ü".repeat(200));
            assertThat(result.json().at("/payload/choices/0/message/content").asText())
                    .isEqualTo("done");
        }
    }

    @Test
    void aBadTokenIsDeadLetteredWithoutIt() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.dead-letter");
            client.request(
                    "request.high",
                    AmqpClient.chat("token", "Hi", false),
                    Map.of("authorization", "Bearer made-up", "CamelToDirect", "x", "x-mine", "y"));
            AmqpClient.Came result = client.reply();
            assertThat(result.json().at("/payload/error/code").asText()).isEqualTo("unauthenticated");
            assertThat(result.json().path("correlation_id").asText()).isEqualTo("token");
            AmqpClient.Came dead = client.take("inference.dead-letter");
            assertThat(dead.properties().getHeaders())
                    .containsKey("x-mine")
                    .doesNotContainKeys("authorization", "CamelToDirect");
        }
    }

    @Test
    void aMessageThatIsTooLargeIsDeadLettered() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.dead-letter");
            client.request("request.high", AmqpClient.chat("large", "x".repeat(200_000), false));
            assertThat(client.reply().json().at("/payload/error/code").asText()).isEqualTo("too_large");
            assertThat(client.take("inference.dead-letter").header("x-reason")).isEqualTo("too_large");
        }
    }

    @Test
    void aMessageInGzipIsReadAndABombIsTooLarge() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.send("request.high", gzip(AmqpClient.chat("coded", "Hi", false)), coded(client, "gzip"));
            assertThat(client.reply()
                            .json()
                            .at("/payload/choices/0/message/content")
                            .asText())
                    .isEqualTo("done");
            client.channel.queuePurge("inference.dead-letter");
            byte[] bomb = gzip(AmqpClient.chat("bomb", "x".repeat(5_000_000), false));
            assertThat(bomb.length).isLessThan(20_000);
            client.send("request.high", bomb, coded(client, "gzip"));
            assertThat(client.reply().json().at("/payload/error/code").asText()).isEqualTo("too_large");
            AmqpClient.Came dead = client.take("inference.dead-letter");
            assertThat(dead.body()).as("as it came").isEqualTo(bomb);
            assertThat(dead.properties().getContentEncoding()).isEqualTo("gzip");
        }
    }

    @ParameterizedTest
    @CsvSource({"br, unsupported", "deflate, unsupported", "gzip, invalid_request", "x-gzip, invalid_request"})
    void aContentEncodingThatNobodyReadsOrThatIsNotTrueIsTold(String coding, String reason) throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            String body = AmqpClient.chat("coded " + coding, "Hi", false);
            client.send("request.high", body, coded(client, coding));
            AmqpClient.Came result = client.reply();
            assertThat(result.json().at("/payload/error/code").asText()).isEqualTo(reason);
            assertThat(result.json().at("/payload/error/param").asText()).isEqualTo("content_encoding");
            assertThat(result.json().path("correlation_id").asText()).isEqualTo("coded " + coding);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8", "UTF-8", "binary", "identity", ""})
    void whatLibrariesSayOfEveryMessageIsNoCoding(String coding) throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            String body = AmqpClient.chat("not coded " + coding, "Hi", false);
            client.send("request.high", body, coded(client, coding));
            assertThat(client.reply()
                            .json()
                            .at("/payload/choices/0/message/content")
                            .asText())
                    .isEqualTo("done");
        }
    }

    private static BasicProperties coded(AmqpClient client, String coding) {
        return new BasicProperties.Builder()
                .replyTo(client.replyQueue())
                .contentEncoding(coding)
                .build();
    }

    private static byte[] gzip(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    @Test
    void anotherPayloadUnderTheSameIdIsRefused() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.request("request.high", AmqpClient.chat("same", "Hi", false));
            assertThat(client.reply()
                            .json()
                            .at("/payload/choices/0/message/content")
                            .asText())
                    .isEqualTo("done");
            client.request("request.high", AmqpClient.chat("same", "Ho", false));
            assertThat(client.reply().json().at("/payload/error/code").asText()).isEqualTo("conflict");
        }
    }

    @Test
    void aRowThatHoldsThePayloadWithoutItsSpacesIsOfTheSameRequest() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            String body = AmqpClient.chat("spaced", "Hi", false);
            client.request("request.high", body);
            byte[] result = client.reply().body();
            client.request("request.high", body.replace("\"model\":", " \"model\" : "));
            assertThat(client.reply().body()).isEqualTo(result);
        }
    }

    @Test
    void aMessageForAJobThatIsUnderWayElsewhereGetsItsResultToo() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            Caller anonymous = new Caller("amqp:anonymous", Set.of(), Set.of(), null, Caller.Kind.SERVICE);
            byte[] payload = AmqpClient.JSON.writeValueAsBytes(AmqpClient.JSON
                    .readTree(AmqpClient.chat("elsewhere", "fail once, elsewhere", false))
                    .get("payload"));
            service.bean(Jobs.class)
                    .submit(new NewJob(
                            anonymous, "rest", "elsewhere", JobTask.CHAT, JobPriority.HIGH, payload, null, false));
            client.request("request.high", AmqpClient.chat("elsewhere", "fail once, elsewhere", false));
            assertThat(client.reply()
                            .json()
                            .at("/payload/choices/0/message/content")
                            .asText())
                    .isEqualTo("done");
            await().until(() -> service.bean(UnackedDeliveries.class).size() == 0);
        }
    }

    @Test
    void theSameIdOfAnotherCallerIsAnotherJob() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.request("request.high", AmqpClient.chat("shared", "Hi", false));
            String anonymous = client.reply().properties().getMessageId();
            client.send(
                    "request.high",
                    AmqpClient.chat("shared", "Ho", false),
                    new BasicProperties.Builder()
                            .replyTo(client.replyQueue())
                            .userId("inference")
                            .build());
            AmqpClient.Came named = client.reply();
            assertThat(named.json().at("/payload/choices/0/message/content").asText())
                    .isEqualTo("done");
            assertThat(named.properties().getMessageId()).isNotEqualTo(anonymous);
        }
    }

    @Test
    void statusMessagesTellTheWay() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.status");
            client.request("request.high", AmqpClient.chat("watched", "Hi", false));
            client.reply();
            List<String> told = new ArrayList<>();
            // A job may have ended before the door says that it was accepted.
            while (told.size() < 3) {
                AmqpClient.Came status = client.take("inference.status");
                if (status.json().path("correlation_id").asText().equals("watched")) {
                    told.add(status.json().path("status").asText());
                }
            }
            assertThat(told).containsExactlyInAnyOrder("accepted", "running", "done");
        }
    }

    @Test
    void aCancelMessageStopsTheCallersOwnJobAndNobodyElses() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.status");
            client.request("request.high", AmqpClient.chat("slow", "be slow", false));
            awaitStatus(client, "slow", "running");
            client.send(
                    "control.cancel",
                    "{\"correlation_id\":\"slow\"}",
                    new BasicProperties.Builder().userId("inference").build());
            client.request("request.high", AmqpClient.chat("after", "Hi", false));
            assertThat(client.reply().json().path("correlation_id").asText()).isEqualTo("after");
            client.send("control.cancel", "{\"correlation_id\":\"slow\"}", null);
            awaitStatus(client, "slow", "cancelled");
            client.request("request.high", AmqpClient.chat("slow", "be slow", false));
            awaitStatus(client, "slow", "cancelled");
            assertThat(client.isQuiet()).isTrue();
        }
    }

    @Test
    void theResultOfACallerThatHasGoneIsKeptAndItsRequestAcknowledged() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.status");
            client.send(
                    "request.high",
                    AmqpClient.chat("gone", "Hi", false),
                    new BasicProperties.Builder()
                            .replyTo("nobody-has-this-queue")
                            .build());
            awaitStatus(client, "gone", "done");
            await().until(() -> service.bean(UnackedDeliveries.class).size() == 0);
            client.request("request.high", AmqpClient.chat("gone", "Hi", false));
            assertThat(client.reply()
                            .json()
                            .at("/payload/choices/0/message/content")
                            .asText())
                    .isEqualTo("done");
        }
    }

    @Test
    void aBackendThatFailsIsTriedAgainWhileItsMessageIsAcknowledged() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.request("request.high", AmqpClient.chat("once", "fail once", false));
            AmqpClient.Came result = client.reply();
            assertThat(result.json().at("/payload/choices/0/message/content").asText())
                    .isEqualTo("done");
            assertThat(result.header("x-attempts")).isEqualTo("2");
        }
    }

    @Test
    void whatFailsAgainAndAgainIsDeadLetteredWithItsPayloadAndItsErrors() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            client.channel.queuePurge("inference.dead-letter");
            client.request("request.high", AmqpClient.chat("never", "always fail", false));
            assertThat(client.reply().json().at("/payload/error/code").asText()).isEqualTo("backend_failed");
            AmqpClient.Came dead = client.take("inference.dead-letter");
            assertThat(dead.header("x-reason")).isEqualTo("backend_failed");
            assertThat(dead.header("x-attempts")).isEqualTo("2");
            assertThat(dead.header("x-first-error")).startsWith("backend_failed: ");
            assertThat(dead.json().path("type").asText()).isEqualTo("request");
            assertThat(dead.json().at("/payload/messages/0/content").asText()).isEqualTo("always fail");
        }
    }

    private static void awaitStatus(AmqpClient client, String correlationId, String status) {
        await().until(
                        () -> client.take("inference.status").json(),
                        json -> json.path("correlation_id").asText().equals(correlationId)
                                && json.path("status").asText().equals(status));
    }
}
