package io.inference.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import io.inference.LogLines;
import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.v1.Message;
import io.inference.grpc.v1.SummarizeRequest;
import io.inference.grpc.v1.SummarizeResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Summaries at every door, with a stub backend whose context has 1,100 tokens. */
class SummariesIT {
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SummaryBackend backend = new SummaryBackend();
    private static final Duration SOON = Duration.ofSeconds(30);

    private static RunningService service;

    @BeforeAll
    static void start() {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("summaries"));
        options.addAll(List.of(backend.option(), "--summary-model=" + SummaryBackend.MODEL, "--rate-limit-streams=9"));
        service = RunningService.start(options.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        service.close();
        backend.close();
    }

    /** About 10 tokens a sentence, so that 200 of them are four parts. */
    private static String sentences(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> topic + " number " + i + " is about that. ")
                .collect(Collectors.joining());
    }

    @Test
    void aTextIsSummarizedByOneRequest() throws Exception {
        HttpResponse<String> answer =
                post(body("Kyoto was the capital.").put("max_words", 30).put("style", "bullets"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode summary = JSON.readTree(answer.body());
        assertThat(summary.path("object").asText()).isEqualTo("summary");
        assertThat(summary.path("id").asText()).startsWith("sum-");
        assertThat(summary.path("model").asText()).isEqualTo("sum");
        assertThat(summary.path("summary").asText()).isEqualTo("[Kyoto was the capita]");
        assertThat(summary.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(summary.at("/usage/total_tokens").asInt()).isEqualTo(12);
        assertThat(backend.asked("Kyoto")).singleElement().satisfies(asked -> {
            assertThat(asked.at("/messages/1/content").asText()).contains("at most 30 words", "as a list");
            assertThat(asked.path("temperature").asDouble()).isZero();
            assertThat(asked.path("max_tokens").asInt()).isPositive();
        });
    }

    @Test
    void messagesAreSummarizedAsATranscript() throws Exception {
        ObjectNode body = JSON.createObjectNode();
        body.putArray("messages").addObject().put("role", "user").put("content", "Osaka, 7 May");
        HttpResponse<String> answer = post(body);
        assertThat(JSON.readTree(answer.body()).path("summary").asText()).isEqualTo("[user: Osaka, 7 May]");
    }

    @Test
    void aLongTextIsSummarizedInPartsAndIsOneLineInTheLogWithAllTokens() throws Exception {
        LogLines calls = new LogLines();
        Logger log = (Logger) LoggerFactory.getLogger("io.inference.calls");
        calls.start();
        log.addAppender(calls);
        String text = sentences("Nagoya", 200);
        HttpResponse<String> answer = post(body(text));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);

        List<JsonNode> asked = backend.asked("Nagoya");
        List<JsonNode> parts = asked.subList(0, asked.size() - 1);
        assertThat(parts).hasSizeGreaterThan(2);
        assertThat(parts.stream().map(SummaryBackend::text).sorted().toList())
                .isEqualTo(SentenceParts.cut(text, 536).stream().sorted().toList());
        assertThat(SummaryBackend.text(asked.getLast())).contains("[Nagoya number 0 is a]\n\n[Nagoya number ");
        assertThat(JSON.readTree(answer.body()).at("/usage/prompt_tokens").asInt())
                .isEqualTo(10 * asked.size());
        // A line is written after its answer: that of the test before may be among them.
        String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
        await().atMost(SOON)
                .until(() -> calls.list.stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .anyMatch(line -> line.contains(id) && line.contains(" summarize ")));
        log.detachAppender(calls);
        assertThat(calls.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(line -> line.contains(id) && line.contains(" summarize "))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("model=sum backend=openai tokens=%d+%d "
                                .formatted(10 * asked.size(), 2 * asked.size())));
    }

    @Test
    void aStreamReportsItsProgressInCommentsAndEndsWithAllTokens() throws Exception {
        ObjectNode body = body(sentences("Sapporo", 200)).put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        HttpResponse<String> answer = post(body);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        List<String> lines =
                answer.body().lines().filter(line -> !line.isEmpty()).toList();
        int requests = backend.asked("Sapporo").size();
        // Of two parts that end at once, the second alone is reported.
        assertThat(lines.stream().takeWhile(line -> line.startsWith(":")).map(SummariesIT::partsDone))
                .isNotEmpty()
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(lines).contains(": progress " + (requests - 1) + "/" + requests);
        List<String> events =
                lines.stream().filter(line -> line.startsWith("data: ")).toList();
        assertThat(events.getLast()).isEqualTo("data: [DONE]");
        StringBuilder text = new StringBuilder();
        for (String event : events.subList(0, events.size() - 1)) {
            JsonNode chunk = JSON.readTree(event.substring("data: ".length()));
            assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk");
            text.append(chunk.at("/choices/0/delta/content").asText());
        }
        assertThat(text.toString()).startsWith("[[Sapporo");
        JsonNode last = JSON.readTree(events.get(events.size() - 2).substring("data: ".length()));
        assertThat(last.at("/usage/prompt_tokens").asInt()).isEqualTo(10 * requests);
    }

    private static int partsDone(String comment) {
        assertThat(comment).matches(": progress [0-9]+/[0-9]+");
        return Integer.parseInt(comment.substring(": progress ".length(), comment.indexOf('/')));
    }

    @Test
    void aPartThatTheModelFindsTooLongIsCutAgain() throws Exception {
        HttpResponse<String> answer = post(body(sentences("STRICT", 32)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        // One refused, its two halves, and the summary of their summaries.
        assertThat(backend.asked("STRICT")).hasSize(4);
    }

    @Test
    void aFailureOfOnePartIsTheCallersAndEndsTheOthers() throws Exception {
        int before = backend.abandoned();
        // Two parts: the first one waits, the second one fails.
        String text = sentences("WAIT", 1) + sentences("Himeji", 80) + sentences("BROKEN", 1);
        HttpResponse<String> answer = post(body(text));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        await().atMost(SOON).until(() -> backend.abandoned() == before + 1);
    }

    @Test
    void aCallerWhoDisconnectsEndsAllParts() throws Exception {
        int before = backend.abandoned();
        try (RawClient caller = new RawClient(service.port())) {
            caller.post("/v1/summaries", body(sentences("WAIT here", 200)).toString());
            await().atMost(SOON).until(() -> backend.waiting() == 2);
        }
        await().atMost(SOON).until(() -> backend.abandoned() == before + 2);
        assertThat(backend.asked("WAIT here")).hasSize(2);
    }

    @Test
    void whatCannotBeSummarizedIsNamed() throws Exception {
        assertThat(refused(body("x").put("conversation_id", "new"), 501)).isEqualTo("conversation_id");
        assertThat(refused(JSON.createObjectNode(), 400)).isEqualTo("text");
        ObjectNode both = body("x");
        both.putArray("messages").addObject().put("role", "user").put("content", "y");
        assertThat(refused(both, 400)).isEqualTo("text");
        assertThat(refused(body("x").put("style", "poem"), 400)).isEqualTo("style");
        assertThat(refused(body("x").put("max_words", 0), 400)).isEqualTo("max_words");
        assertThat(refused(body("x").put("model", "none"), 404)).isEqualTo("model");
        ObjectNode image = JSON.createObjectNode();
        ObjectNode part = image.putArray("messages")
                .addObject()
                .put("role", "user")
                .putArray("content")
                .addObject();
        part.put("type", "image_url").putObject("image_url").put("url", "https://example.com/a.png");
        assertThat(refused(image, 400)).isEqualTo("messages");
        assertThat(post(body("word ".repeat(300_000))).statusCode()).isEqualTo(413);
    }

    @Test
    void grpcSummarizesTexts() {
        try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            SummarizeResponse answer = caller.stub()
                    .summarize(SummarizeRequest.newBuilder()
                            .setText("Nara was earlier.")
                            .build());
            assertThat(answer.getSummary()).isEqualTo("[Nara was earlier.]");
            assertThat(answer.getModel()).isEqualTo("sum");
            assertThat(answer.getUsage().getPromptTokens()).isEqualTo(10);

            SummarizeRequest messages = SummarizeRequest.newBuilder()
                    .addMessages(Message.newBuilder().setRole("user").setContent(sentences("Kobe", 150)))
                    .setStyle("headline")
                    .build();
            assertThat(caller.stub().summarize(messages).getUsage().getPromptTokens())
                    .isGreaterThan(30);
            assertThat(reason(caller, SummarizeRequest.newBuilder().setText("x").setConversationId("c")))
                    .isEqualTo("not_configured");
            assertThat(reason(caller, SummarizeRequest.newBuilder().setText("x").setMaxWords(20_000)))
                    .isEqualTo("invalid_request");
            assertThat(reason(caller, SummarizeRequest.newBuilder())).isEqualTo("invalid_request");
        }
    }

    private static String reason(GrpcCaller caller, SummarizeRequest.Builder request) {
        return GrpcCaller.reason(catchThrowableOfType(
                StatusRuntimeException.class, () -> caller.stub().summarize(request.build())));
    }

    @Test
    void aJobShowsItsProgressAndKeepsTheSummary() throws Exception {
        ObjectNode job = JSON.createObjectNode().put("task", "summarization");
        job.set("payload", body(sentences("HOLD as a job", 200)));
        JsonNode taken = JSON.readTree(
                send("/v1/jobs", BodyPublishers.ofString(job.toString())).body());
        String self = taken.at("/links/self").asText();
        await().atMost(SOON).until(() -> backend.waiting() == 2);
        backend.permit(1);
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode running = JSON.readTree(get(self).body());
            assertThat(running.path("state").asText()).isEqualTo("running");
            assertThat(running.at("/progress/done").asInt()).isEqualTo(1);
            assertThat(running.at("/progress/total").asInt()).isGreaterThan(3);
        });
        backend.permit(100);
        await().atMost(SOON)
                .until(() ->
                        JSON.readTree(get(self).body()).path("state").asText().equals("done"));
        JsonNode result = JSON.readTree(get(self + "/result").body());
        assertThat(result.path("summary").asText()).startsWith("[[HOLD as a job");
    }

    private static ObjectNode body(String text) {
        return JSON.createObjectNode().put("text", text);
    }

    private static String refused(ObjectNode body, int status) throws Exception {
        HttpResponse<String> answer = post(body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body()).at("/error/param").asText();
    }

    private static HttpResponse<String> post(ObjectNode body) throws Exception {
        return send("/v1/summaries", BodyPublishers.ofString(body.toString()));
    }

    private static HttpResponse<String> send(String path, HttpRequest.BodyPublisher body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .header("Content-Type", "application/json")
                .POST(body)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
