package io.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.engine.Engine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * This service in front of itself: its doors are an Ollama server and an OpenAI-compatible server for its own backends.
 */
@Tag("model")
class ChainIT {
    private static final String MODEL = "smollm2:135m";
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final ObjectMapper json = new ObjectMapper();

    private static RunningService model;
    private static RunningService overOllama;
    private static RunningService overOpenAi;

    @BeforeAll
    static void start() {
        model = RunningService.start("--local-engine=auto");
        overOllama = RunningService.start("--inference-services-ollama-base-url=" + model.baseUrl());
        overOpenAi = RunningService.start("--inference-services-openai-base-url=" + model.baseUrl() + "/v1");
    }

    @AfterAll
    static void stop() {
        overOllama.close();
        overOpenAi.close();
        model.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ollama", "openai"})
    void theSameQuestionHasTheSameAnswerDirectlyAndThroughABackend(String backend) throws Exception {
        String body = "{\"model\":\"" + MODEL + "\",\"temperature\":0,\"max_tokens\":12,\"logprobs\":true,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"What is the capital of Japan?\"}]}";
        JsonNode direct = post(model, "/v1/chat/completions", body);
        JsonNode through = post(over(backend), "/v1/chat/completions", body);
        assertThat(through.at("/choices/0/message/content")).isEqualTo(direct.at("/choices/0/message/content"));
        assertThat(through.at("/choices/0/finish_reason")).isEqualTo(direct.at("/choices/0/finish_reason"));
        assertThat(through.at("/usage/prompt_tokens")).isEqualTo(direct.at("/usage/prompt_tokens"));
        assertThat(through.at("/usage/completion_tokens")).isEqualTo(direct.at("/usage/completion_tokens"));
        assertThat(through.at("/choices/0/logprobs/content/0/token"))
                .isEqualTo(direct.at("/choices/0/logprobs/content/0/token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ollama", "openai"})
    void embeddingsAndRawCompletionsPassThrough(String backend) throws Exception {
        String embed = "{\"model\":\"" + MODEL + "\",\"input\":[\"a\",\"bc\"]}";
        assertThat(post(over(backend), "/v1/embeddings", embed)
                        .at("/data/1/embedding/0")
                        .floatValue())
                .isCloseTo(
                        post(model, "/v1/embeddings", embed)
                                .at("/data/1/embedding/0")
                                .floatValue(),
                        within(1e-5f));
        String complete =
                "{\"model\":\"" + MODEL + "\",\"prompt\":\"Water boils at\",\"temperature\":0,\"max_tokens\":6}";
        assertThat(post(over(backend), "/v1/completions", complete).at("/choices/0/text"))
                .isEqualTo(post(model, "/v1/completions", complete).at("/choices/0/text"));
    }

    @Test
    void whatTheModelsServerTellsOfItComesThrough() throws Exception {
        JsonNode tags = get(overOllama, "/api/tags").at("/models/0");
        assertThat(tags.path("name").asText()).isEqualTo(MODEL);
        assertThat(tags).isEqualTo(get(model, "/api/tags").at("/models/0"));
        assertThat(get(overOllama, "/v1/models/" + MODEL).path("owned_by").asText())
                .isEqualTo("ollama");
        JsonNode show = post(overOllama, "/api/show", "{\"model\":\"" + MODEL + "\"}");
        assertThat(show.at("/model_info/general.architecture").asText()).isEqualTo("llama");
        assertThat(get(overOllama, "/api/ps").at("/models/0/name").asText()).isEqualTo(MODEL);
    }

    @ParameterizedTest
    @CsvSource({"ollama, true", "ollama, false", "openai, true", "openai, false"})
    void aCallerThatGoesAwayStopsTheModelTwoServicesDown(String backend, boolean stream) throws Exception {
        Engine engine = model.engine();
        // A cold engine's first step takes longer than a second on a busy machine.
        post(over(backend), "/v1/completions", "{\"model\":\"" + MODEL + "\",\"prompt\":\"Once\",\"max_tokens\":2}");
        try (RawClient raw = new RawClient(over(backend).port())) {
            raw.post(
                    "/v1/completions",
                    "{\"model\":\"" + MODEL + "\",\"prompt\":\"Once upon a time\",\"max_tokens\":8000,\"stream\":"
                            + stream + "}");
            await().until(() -> engine.active() == 1);
        }
        // A second for each of the two services, or more on a busy machine; the answer would take far longer.
        await().atMost(Duration.ofSeconds(10)).until(() -> engine.active() == 0);
    }

    private static RunningService over(String backend) {
        return backend.equals("ollama") ? overOllama : overOpenAi;
    }

    private static JsonNode get(RunningService service, String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(service.baseUrl() + path)).build());
    }

    private static JsonNode post(RunningService service, String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static JsonNode send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }
}
