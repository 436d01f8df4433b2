package io.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.rabbitmq.client.AMQP.BasicProperties;
import inference.GRPCInferenceServiceGrpc;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferRequest.InferInputTensor;
import io.inference.LogLines;
import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.broker.Broker;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.StubOpenAi;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.EmbedRequest;
import io.inference.grpc.v1.GenerateRequest;
import io.inference.grpc.v1.Message;
import io.inference.stub.StubServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * The lines of LOG_PROMPTS for each operation at each door. Two backends have the model: Ollama, which is used first,
 * fails before its first chunk every time, so that each call falls back to the other.
 */
class PromptLogIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final Semaphore goOn = new Semaphore(0);

    private static StubServer ollama;
    private static StubServer openai;
    private static RunningService service;

    private final LogLines prompts = new LogLines();
    private final LogLines calls = new LogLines();

    /** An operation at a door. */
    enum Door {
        REST_CHAT("chat", "hello"),
        REST_CHAT_STREAM("chat", "onetwothree"),
        REST_COMPLETION("generate", "hello"),
        REST_COMPLETION_STREAM("generate", "onetwothree"),
        REST_EMBEDDINGS("embed", "1 vectors of 2 numbers"),
        OLLAMA_CHAT("chat", "onetwothree"),
        OLLAMA_GENERATE("chat", "hello"),
        OLLAMA_EMBED("embed", "1 vectors of 2 numbers"),
        GRPC_CHAT("chat", "hello"),
        GRPC_CHAT_STREAM("chat", "onetwothree"),
        GRPC_GENERATE("generate", "hello"),
        GRPC_GENERATE_STREAM("generate", "onetwothree"),
        GRPC_EMBED("embed", "1 vectors of 2 numbers"),
        KSERVE_TEXT("generate", "hello"),
        KSERVE_EMBEDDING("embed", "1 vectors of 2 numbers"),
        JOB("chat", "hello"),
        BATCH("embed", "1 vectors of 2 numbers"),
        RABBITMQ("chat", "hello"),
        RABBITMQ_STREAM("chat", "onetwothree");

        final String operation;
        final String answer;

        Door(String operation, String answer) {
            this.operation = operation;
            this.answer = answer;
        }

        boolean isRabbit() {
            return this == RABBITMQ || this == RABBITMQ_STREAM;
        }
    }

    @BeforeAll
    static void startBackends() {
        ollama = new StubServer((request, connection) -> {
            if (request.path().endsWith("/tags")) {
                connection.whole(200, "application/json", "{\"models\":[{\"name\":\"mock\",\"model\":\"mock\"}]}");
            } else if (request.path().endsWith("/show") || request.path().endsWith("/ps")) {
                connection.whole(200, "application/json", "{\"models\":[]}");
            } else {
                connection.close();
            }
        });
        openai = StubOpenAi.with(PromptLogIT::answer);
        service = start("prompt_log", SharedRabbit.missing().isEmpty(), "--log-prompts=true");
    }

    private static RunningService start(String database, boolean rabbit, String option) {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions(database));
        if (rabbit) {
            options.addAll(SharedRabbit.options());
        }
        options.add("--inference-services-ollama-base-url=" + ollama.url());
        options.add("--inference-services-openai-base-url=" + openai.url() + "/v1");
        options.add(option);
        RunningService started = RunningService.start(options.toArray(String[]::new));
        started.awaitModelLists(2);
        if (rabbit) {
            await().atMost(SOON).until(() -> started.bean(Broker.class).state().equals("up"));
        }
        return started;
    }

    @AfterAll
    static void stop() {
        service.close();
        ollama.close();
        openai.close();
    }

    private static void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        boolean chat = request.path().endsWith("/chat/completions");
        if (request.path().endsWith("/embeddings")) {
            connection.whole(
                    200, "application/json", "{\"model\":\"mock\",\"data\":[{\"index\":0,\"embedding\":[0.6,0.8]}]}");
        } else if (!request.body().contains("\"stream\":true")) {
            String content = chat ? "\"message\":{\"role\":\"assistant\",\"content\":\"hello\"}" : "\"text\":\"hello\"";
            connection.whole(
                    200,
                    "application/json",
                    "{\"model\":\"mock\",\"choices\":[{\"index\":0," + content + ",\"finish_reason\":\"stop\"}]}");
        } else {
            connection.begin(200, "text/event-stream");
            connection.chunk(StubOpenAi.event(chat, "one"));
            if (request.body().contains("leave")) {
                connection.awaitDisconnect();
                goOn.release();
                return;
            }
            connection.chunk(StubOpenAi.event(chat, "two") + StubOpenAi.event(chat, "three"));
            if (request.body().contains("break")) {
                connection.close();
                return;
            }
            connection.chunk("data: {\"choices\":[{\"index\":0,\"" + (chat ? "delta\":{}" : "text\":\"\"")
                    + ",\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
            connection.end();
        }
    }

    @BeforeEach
    void listen() {
        listen("io.inference.prompts", prompts);
        listen("io.inference.calls", calls);
    }

    private static void listen(String logger, LogLines appender) {
        Logger logback = (Logger) LoggerFactory.getLogger(logger);
        appender.setContext(logback.getLoggerContext());
        appender.start();
        logback.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger("io.inference.prompts")).detachAppender(prompts);
        ((Logger) LoggerFactory.getLogger("io.inference.calls")).detachAppender(calls);
    }

    @ParameterizedTest
    @EnumSource
    void aPromptAndItsAnswerAreOneLineEachWhateverTheDoorAndThoughItFellBack(Door door) throws Exception {
        if (door.isRabbit()) {
            SharedRabbit.assumeInstalled();
        }
        String question = "question of " + door;
        ask(service, door, question);

        String prompt = awaitPrompt(question);
        String id = prompt.substring(0, prompt.indexOf(' '));
        awaitEndOf(id);
        assertThat(linesOf(id)).hasSize(2);
        assertThat(prompt)
                .contains(" caller=" + (door.isRabbit() ? "amqp:anonymous" : "local") + " " + door.operation
                        + " model=mock prompt [")
                .doesNotContain(door.answer);
        assertThat(linesOf(id).getLast())
                .contains(door.operation + " model=mock backend=openai answer ok ", door.answer)
                .doesNotContain(question, "0.6");
    }

    @Test
    void ofAStreamWhoseCallerGoesAwayOrThatBreaksOffWhatWasSentIsLogged() throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.post("/v1/chat/completions", chat("leave", ",\"stream\":true"));
            raw.awaitLine("one");
        }
        assertThat(answerTo("leave")).contains(" answer cancelled ", "\"content\":\"one\"");

        post(service, "/v1/chat/completions", chat("break", ",\"stream\":true"));
        assertThat(answerTo("break")).contains(" answer backend_failed ", "\"content\":\"onetwothree\"");
        assertThat(goOn.tryAcquire(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallThatFailsAtEveryBackendHasAPromptAndNoAnswer() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/api/embeddings"))
                .POST(HttpRequest.BodyPublishers.ofString(prompt("only Ollama's vectors have any length", "")))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(400);
        String prompt = awaitPrompt("only Ollama's vectors");
        String id = prompt.substring(0, prompt.indexOf(' '));
        awaitEndOf(id);
        assertThat(linesOf(id)).containsExactly(prompt);
    }

    @Test
    void withoutLogPromptsNeitherIsLoggedAtAnyDoorAtAnyLevel() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger("io.inference");
        LogLines all = new LogLines();
        List<Door> doors = List.of(Door.values()).stream()
                // Both services consume the same queue.
                .filter(door -> !door.isRabbit())
                .toList();
        try (RunningService quiet = start("no_prompt_log", false, "--log-prompts=false")) {
            root.setLevel(Level.TRACE);
            listen("io.inference", all);
            for (Door door : doors) {
                ask(quiet, door, "secret question");
            }
            await().atMost(SOON)
                    .until(() -> lines(calls).stream()
                                    .filter(line -> line.contains(" model=mock backend=openai"))
                                    .count()
                            == doors.size());
        } finally {
            root.detachAppender(all);
            root.setLevel(Level.INFO);
        }
        assertThat(lines(prompts)).isEmpty();
        assertThat(lines(all))
                .isNotEmpty()
                .noneMatch(line -> line.contains("secret question") || line.contains("hello"));
    }

    private String awaitPrompt(String question) {
        return await().atMost(SOON)
                .until(
                        () -> lines(prompts).stream()
                                .filter(line -> line.contains(question))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private String answerTo(String question) {
        String prompt = awaitPrompt(question);
        String id = prompt.substring(0, prompt.indexOf(' '));
        awaitEndOf(id);
        assertThat(linesOf(id)).hasSize(2);
        return linesOf(id).getLast();
    }

    private void awaitEndOf(String id) {
        await().atMost(SOON).until(() -> lines(calls).stream().anyMatch(line -> line.startsWith(id + " ")));
    }

    private List<String> linesOf(String id) {
        return lines(prompts).stream().filter(line -> line.startsWith(id + " ")).toList();
    }

    private static List<String> lines(LogLines appender) {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static void ask(RunningService to, Door door, String question) throws Exception {
        switch (door) {
            case REST_CHAT -> post(to, "/v1/chat/completions", chat(question, ""));
            case REST_CHAT_STREAM -> post(to, "/v1/chat/completions", chat(question, ",\"stream\":true"));
            case REST_COMPLETION -> post(to, "/v1/completions", prompt(question, ""));
            case REST_COMPLETION_STREAM -> post(to, "/v1/completions", prompt(question, ",\"stream\":true"));
            case REST_EMBEDDINGS -> post(to, "/v1/embeddings", input(question));
            case OLLAMA_CHAT -> post(to, "/api/chat", chat(question, ""));
            case OLLAMA_GENERATE -> post(to, "/api/generate", prompt(question, ",\"stream\":false"));
            case OLLAMA_EMBED -> post(to, "/api/embed", input(question));
            case JOB -> post(to, "/v1/jobs", "{\"task\":\"chat\",\"payload\":" + chat(question, "") + "}");
            case BATCH -> batch(to, question);
            case RABBITMQ -> publish(chat(question, ""));
            case RABBITMQ_STREAM -> publish(chat(question, ",\"stream\":true"));
            default -> askByGrpc(to, door, question);
        }
    }

    private static void askByGrpc(RunningService to, Door door, String question) {
        ChatRequest chat = ChatRequest.newBuilder()
                .setModel("mock")
                .addMessages(Message.newBuilder().setRole("user").setContent(question))
                .build();
        GenerateRequest generate = GenerateRequest.newBuilder()
                .setModel("mock")
                .setPrompt(question)
                .build();
        try (GrpcCaller caller = new GrpcCaller(to.grpcPort())) {
            switch (door) {
                case GRPC_CHAT -> caller.stub().chat(chat);
                case GRPC_CHAT_STREAM -> caller.stub().chatStream(chat).forEachRemaining(chunk -> {});
                case GRPC_GENERATE -> caller.stub().generate(generate);
                case GRPC_GENERATE_STREAM ->
                    caller.stub().generateStream(generate).forEachRemaining(chunk -> {});
                case GRPC_EMBED ->
                    caller.stub()
                            .embed(EmbedRequest.newBuilder()
                                    .setModel("mock")
                                    .addInput(question)
                                    .build());
                case KSERVE_TEXT -> infer(caller, "text_input", question);
                case KSERVE_EMBEDDING -> infer(caller, "text", question);
                default -> throw new IllegalArgumentException(door.name());
            }
        }
    }

    private static void infer(GrpcCaller caller, String tensor, String question) {
        GRPCInferenceServiceGrpc.newBlockingStub(caller.channel())
                .modelInfer(ModelInferRequest.newBuilder()
                        .setModelName("mock")
                        .addInputs(InferInputTensor.newBuilder()
                                .setName(tensor)
                                .setDatatype("BYTES")
                                .addShape(1)
                                .setContents(InferTensorContents.newBuilder()
                                        .addBytesContents(ByteString.copyFromUtf8(question))))
                        .build());
    }

    private static void batch(RunningService to, String question) throws Exception {
        String line = "{\"custom_id\":\"1\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":" + input(question)
                + "}\n";
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lines.jsonl\"\r\n\r\n" + line
                + "\r\n--b--\r\n";
        JsonNode file = new ObjectMapper().readTree(post(to, "/v1/files", form, "multipart/form-data; boundary=b"));
        post(
                to,
                "/v1/batches",
                "{\"input_file_id\":\"" + file.path("id").asText()
                        + "\",\"endpoint\":\"/v1/embeddings\",\"completion_window\":\"24h\"}");
    }

    private static void publish(String payload) throws Exception {
        try (var connection = SharedRabbit.connect();
                var channel = connection.createChannel()) {
            String body = "{\"correlation_id\":\"" + java.util.UUID.randomUUID()
                    + "\",\"task\":\"chat\",\"type\":\"request\",\"payload\":" + payload + "}";
            channel.basicPublish(
                    "inference.exchange",
                    "request.high",
                    new BasicProperties.Builder().build(),
                    body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String chat(String text, String more) {
        return "{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]" + more + "}";
    }

    private static String prompt(String text, String more) {
        return "{\"model\":\"mock\",\"prompt\":\"" + text + "\"" + more + "}";
    }

    private static String input(String text) {
        return "{\"model\":\"mock\",\"input\":[\"" + text + "\"]}";
    }

    private static String post(RunningService to, String path, String body) throws Exception {
        return post(to, path, body, "application/json");
    }

    private static String post(RunningService to, String path, String body, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(to.baseUrl() + path))
                .header("Content-Type", type)
                .timeout(SOON)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
        return answer.body();
    }
}
