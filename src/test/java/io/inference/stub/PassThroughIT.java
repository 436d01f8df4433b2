package io.inference.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.inference.RunningService;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.ChatResponse;
import io.inference.grpc.v1.Message;
import io.inference.grpc.v1.Options;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole service with an Ollama and an OpenAI-compatible server that record what they get. */
class PassThroughIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String DROP = "X-Inference-Drop-Unsupported";

    private static final String OPENAI_MODELS = "{'data':[{'id':'both','max_model_len':8192},{'id':'remote'}]}";
    private static final String OPENAI_ANSWER = "{'model':'remote','system_fingerprint':'fp','choices':[{'index':0,"
            + "'message':{'content':'hi'},'finish_reason':'stop'}],'usage':{'prompt_tokens':1,'completion_tokens':5,"
            + "'completion_tokens_details':{'reasoning_tokens':3}}}";

    private static StubServer ollama;
    private static StubServer openAi;
    private static RunningService service;

    @BeforeAll
    static void start() {
        ollama = new StubServer((request, connection) -> {
            String body = switch (request.path()) {
                case "/api/tags" -> "{'models':[{'name':'both','digest':'b'},{'name':'own','digest':'o'}]}";
                case "/api/ps" -> "{'models':[]}";
                case "/api/show" ->
                    "{'parameters':'stop \\'x\\'','model_info':{'general.architecture':'a',"
                            + "'a.context_length':4096},'capabilities':['completion','tools'],"
                            + "'tensors':[{'name':'t','type':'F32','shape':[2,3]}]}";
                default ->
                    request.body().contains("\"messages\":[]")
                            ? "{'message':{'content':''},'done':true,'done_reason':'unload'}"
                            : "{'message':{'content':'hi'},'done':true}";
            };
            connection.whole(200, "application/json", json(body));
        });
        openAi = new StubServer((request, connection) -> {
            boolean lists = request.path().endsWith("/models");
            connection.whole(200, "application/json", json(lists ? OPENAI_MODELS : OPENAI_ANSWER));
        });
        service = RunningService.start(
                "--inference-services-ollama-base-url=" + ollama.url(),
                "--inference-services-openai-base-url=" + openAi.url() + "/v1");
    }

    @AfterAll
    static void stop() {
        service.close();
        ollama.close();
        openAi.close();
    }

    @Test
    void whatABackendCannotHonourIsRefusedUnlessTheCallerAllowsItToBeDropped() throws Exception {
        String request = chat("own", "'logit_bias':{'1':5},'guided_regex':'x','metadata':{'a':'b'}");

        HttpResponse<String> refused = post("/v1/chat/completions", request);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).at("/error/code").asText()).isEqualTo("unsupported");
        assertThat(JSON.readTree(refused.body()).at("/error/param").asText()).isEqualTo("logit_bias");

        HttpResponse<String> answered = post("/v1/chat/completions", request, DROP, "true");
        assertThat(answered.statusCode()).isEqualTo(200);
        assertThat(answered.headers().firstValue("X-Inference-Dropped")).contains("logit_bias, guided_regex");
        assertThat(last(ollama).toString()).doesNotContain("logit_bias", "guided_regex");

        HttpResponse<String> whole = post("/v1/chat/completions", chat("own", "'n':1"), DROP, "true");
        assertThat(whole.headers().firstValue("X-Inference-Dropped")).isEmpty();
    }

    @Test
    void allOfItReachesABackendThatIsOfOpenAisKind() throws Exception {
        String request = chat("remote", "'logit_bias':{'1':5},'guided_regex':'x','metadata':{'a':'b'}");

        HttpResponse<String> answer = post("/v1/chat/completions", request);

        assertThat(answer.body()).contains("\"system_fingerprint\":\"fp\"");
        assertThat(last(openAi)).isEqualTo(JSON.readTree(request));
    }

    @Test
    void aModelOfTwoBackendsIsListedOnce() throws Exception {
        // Details of Ollama's models are learnt in the background.
        await().atMost(Duration.ofSeconds(90))
                .until(() -> get("/v1/models").body().contains("\"capabilities\""));
        JsonNode models = JSON.readTree(get("/v1/models").body()).path("data");

        assertThat(models).extracting(model -> model.path("id").asText()).containsExactly("both", "own", "remote");
        JsonNode both = models.get(0);
        assertThat(both.path("backends")).hasToString("[\"ollama\",\"openai\"]");
        assertThat(both.path("owned_by").asText()).isEqualTo("ollama");
        assertThat(both.path("capabilities")).hasToString("[\"completion\",\"tools\"]");
        assertThat(models.get(2).path("backends")).hasToString("[\"openai\"]");
    }

    @Test
    void loadingAndUnloadingReachOllama() throws Exception {
        HttpResponse<String> unloaded = post("/api/generate", json("{'model':'own','keep_alive':0}"));
        assertThat(unloaded.body()).contains("\"done_reason\":\"unload\"");
        assertThat(last(ollama)).isEqualTo(JSON.readTree(json("{'model':'own','messages':[],'keep_alive':0}")));

        HttpResponse<String> loaded = post("/api/chat", json("{'model':'own','messages':[],'keep_alive':'10m'}"));
        assertThat(loaded.body()).contains("\"done_reason\":\"load\"");
        assertThat(last(ollama).path("keep_alive").asText()).isEqualTo("10m");

        assertThat(post("/api/chat", json("{'model':'nope','messages':[],'keep_alive':0}"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void showHasParametersAndTensors() throws Exception {
        JsonNode shown =
                JSON.readTree(post("/api/show", json("{'model':'own'}")).body());

        assertThat(shown.path("parameters").asText()).startsWith("stop");
        assertThat(shown.path("tensors")).hasToString(json("[{'name':'t','type':'F32','shape':[2,3]}]"));
    }

    @Test
    void overGrpcToo() {
        ChatRequest request = ChatRequest.newBuilder()
                .setModel("remote")
                .addMessages(Message.newBuilder().setRole("user").setContent("hi"))
                .setOptions(Options.newBuilder().setContextLength(512))
                .build();
        try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            assertThat(catchThrowableOfType(
                            StatusRuntimeException.class, () -> caller.stub().chat(request)))
                    .hasMessageContaining("num_ctx");
            AtomicReference<Metadata> headers = new AtomicReference<>();
            ChatResponse answer = caller.stub("x-inference-drop-unsupported", "true")
                    .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
                    .chat(request);

            assertThat(answer.getUsage().getReasoningTokens()).isEqualTo(3);
            assertThat(headers.get().get(Metadata.Key.of("x-inference-dropped", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("num_ctx");
        }
    }

    @Test
    void aJobsPayloadSaysItItself() throws Exception {
        String payload = chat("own", "'logit_bias':{'1':5},'x_inference_drop_unsupported':true");
        JsonNode job = JSON.readTree(post("/v1/jobs", "{\"task\":\"chat\",\"payload\":" + payload + "}")
                .body());

        String result = "/v1/jobs/" + job.path("id").asText() + "/result";

        await().atMost(Duration.ofSeconds(30)).until(() -> get(result).statusCode() != 202);
        assertThat(get(result).body()).contains("hi").doesNotContain("unsupported");
    }

    private static JsonNode last(StubServer server) throws IOException {
        return JSON.readTree(server.requests().stream()
                .filter(request -> request.path().contains("chat"))
                .toList()
                .getLast()
                .body());
    }

    private static String chat(String model, String fields) {
        return json("{'model':'" + model + "','messages':[{'role':'user','content':'hi'}]," + fields + "}");
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return CLIENT.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
