package io.inference.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import io.inference.http.StubDoor;
import io.inference.http.openai.request.ChatRequestReader;
import io.inference.openai.OpenAiBackend;
import io.inference.upstream.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * OpenAI's own client, which is strict, and LangChain4j with Ollama's API, through the wire formats, in front of
 * servers that do not keep to the protocol.
 */
class ClientsOfOddBackendsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofSeconds(20);

    private StubServer.Handler handler;
    private final StubServer server = new StubServer((request, connection) -> handler.handle(request, connection));
    private final OpenAiBackend backend = new OpenAiBackend(Connection.of("openai", server.url(), null, LONG));
    private final StubDoor door = new StubDoor()
            .serve("/v1/chat/completions", ChatRequestReader::read, this::ask)
            .serve("/api/chat", io.inference.http.ollama.request.ChatRequestReader::read, this::ask);
    private final OpenAIClient client = OpenAIOkHttpClient.builder()
            .baseUrl(door.baseUrl() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .build();

    @AfterEach
    void close() {
        client.close();
        door.close();
        backend.close();
        server.close();
    }

    private Object ask(InferenceRequest request) {
        return backend.chat(
                (io.inference.api.request.ChatRequest) request, new Call("id", "test", Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "finish-empty; Hello world;; stop",
                "gzip; Hello world;; stop",
                "heartbeat; Hello world;; stop",
                "json-for-stream; Hello world;; stop",
                "no-done; Hello world;; stop",
                "parts; Hello world;; stop",
                "reasoning; Hello world;; stop",
                "tools-no-index;; f {\"a\":1}, g {\"b\":2}; tool_calls",
                "tools-object;; get_weather {\"city\":\"Oslo\"}; tool_calls"
            })
    void recordings(String name, String text, String calls, String finish) throws Exception {
        JsonNode recording;
        try (InputStream in = getClass().getResourceAsStream("/backends/" + name + ".json")) {
            recording = JSON.readTree(Objects.requireNonNull(in, name));
        }
        handler = (request, connection) ->
                replay(recording.path(request.body().contains("\"stream\":true") ? "stream" : "whole"), connection);
        String rightText = text == null ? "" : text;
        String rightCalls = calls == null ? "" : calls;

        ChatCompletion whole = client.chat().completions().create(params());
        ChatCompletion streamed = streamed();
        for (ChatCompletion answer : List.of(whole, streamed)) {
            answer.validate();
            var choice = answer.choices().getFirst();
            assertThat(choice.message().content().orElse("")).isEqualTo(rightText);
            assertThat(choice.finishReason().asString()).isEqualTo(finish);
            assertThat(choice.message().toolCalls().orElse(List.of()).stream()
                            .map(call -> call.asFunction().function())
                            .map(function -> function.name() + " " + function.arguments())
                            .collect(Collectors.joining(", ")))
                    .isEqualTo(rightCalls);
            assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(7);
        }

        for (ChatResponse answer : List.of(langChainWhole(), langChainStreamed())) {
            AiMessage message = answer.aiMessage();
            assertThat(message.text() == null ? "" : message.text()).isEqualTo(rightText);
            assertThat(message.toolExecutionRequests().stream()
                            .map(call -> call.name() + " " + compact(call.arguments()))
                            .collect(Collectors.joining(", ")))
                    .isEqualTo(rightCalls);
            assertThat(answer.tokenUsage().totalTokenCount()).isEqualTo(7);
        }
    }

    @Test
    void anAnswerThatBreaksOffIsAnErrorAndNotTheWholeAnswer() {
        handler = (request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"}}]}\n\n");
            connection.close();
        };

        assertThatThrownBy(this::streamed).isInstanceOf(OpenAIException.class);
        assertThatThrownBy(this::langChainStreamed).hasMessageContaining("broke off");
    }

    @Test
    void aServerThatNeverEndsItsAnswerKeepsNoCallerWaiting() throws Exception {
        handler = (request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"all\"},"
                    + "\"finish_reason\":\"stop\"}]}\n\n");
            connection.awaitDisconnect();
        };

        assertThat(streamed().choices().getFirst().message().content()).contains("all");
        assertThat(langChainStreamed().aiMessage().text()).isEqualTo("all");
    }

    private static void replay(JsonNode answer, StubServer.Connection connection) throws IOException {
        List<String> headers = new ArrayList<>();
        answer.path("headers")
                .properties()
                .forEach(header ->
                        headers.add(header.getKey() + ": " + header.getValue().asText()));
        connection.begin(
                answer.path("status").asInt(), answer.path("content-type").asText(), headers.toArray(String[]::new));
        for (JsonNode block : answer.path("blocks")) {
            connection.chunk(
                    block.has("text")
                            ? block.path("text").asText().getBytes(StandardCharsets.UTF_8)
                            : Base64.getDecoder().decode(block.path("base64").asText()));
        }
        connection.end();
    }

    private static ChatCompletionCreateParams params() {
        return ChatCompletionCreateParams.builder()
                .model("m")
                .addUserMessage("hi")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
    }

    private ChatCompletion streamed() {
        ChatCompletionAccumulator chunks = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params())) {
            stream.stream().forEach(chunk -> {
                chunk.validate();
                chunks.accumulate(chunk);
            });
        }
        return chunks.chatCompletion();
    }

    private ChatResponse langChainWhole() {
        return OllamaChatModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("m")
                .timeout(LONG)
                .maxRetries(0)
                .build()
                .chat(request());
    }

    private ChatResponse langChainStreamed() throws Exception {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        OllamaStreamingChatModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("m")
                .timeout(LONG)
                .build()
                .chat(request(), new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String part) {}

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }
                });
        return answer.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private static ChatRequest request() {
        return ChatRequest.builder().messages(UserMessage.from("hi")).build();
    }

    private static String compact(String json) {
        try {
            return JSON.readTree(json).toString();
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
