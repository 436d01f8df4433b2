package io.inference.http.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ScriptedStream;
import io.inference.api.stream.StreamEvent;
import io.inference.http.StubDoor;
import io.inference.http.openai.answer.ModelsWriter;
import io.inference.http.openai.request.ChatRequestReader;
import io.inference.http.openai.request.EmbeddingRequestReader;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenAI's own client with the wire format. */
class OpenAiClientTest {
    private final StubDoor door = new StubDoor()
            .serve("/v1/chat/completions", ChatRequestReader::read, OpenAiClientTest::chat)
            .serve(
                    "/v1/embeddings",
                    EmbeddingRequestReader::read,
                    request -> new EmbedAnswer("m", List.of(new float[] {0.25f, -1.5f}), new Usage(1, 0, 0)))
            .serve("/v1/models", ModelsWriter.write(List.of(ModelInfo.named("m:1", "local"))));

    private final OpenAIClient client = OpenAIOkHttpClient.builder()
            .baseUrl(door.baseUrl() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .build();

    @AfterEach
    void stop() {
        client.close();
        door.close();
    }

    @Test
    void aWholeAnswerPassesTheClientsOwnValidation() {
        ChatCompletion completion =
                client.chat().completions().create(params("whole").build());
        completion.validate();
        assertThat(completion.choices()).singleElement().satisfies(choice -> {
            assertThat(choice.message().content()).contains("Hi é");
            assertThat(choice.finishReason().asString()).isEqualTo("stop");
            assertThat(choice.logprobs().orElseThrow().content().orElseThrow())
                    .singleElement()
                    .satisfies(token -> {
                        assertThat(token.logprob()).isEqualTo(-0.5);
                        assertThat(token.bytes().orElseThrow()).containsExactly(72L);
                    });
        });
        assertThat(completion.usage().orElseThrow().totalTokens()).isEqualTo(5);
        assertThat(completion
                        .usage()
                        .orElseThrow()
                        .promptTokensDetails()
                        .orElseThrow()
                        .cachedTokens())
                .contains(1L);
    }

    @Test
    void callsOfTools() {
        ChatCompletion completion =
                client.chat().completions().create(params("tools").build());
        completion.validate();
        var call = completion
                .choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
        assertThat(call.id()).isEqualTo("c1");
        assertThat(call.function().name()).isEqualTo("f");
        assertThat(call.function().arguments()).isEqualTo("{\"a\":1}");
    }

    @Test
    void aStream() {
        var params = params("stream")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build());
        List<ChatCompletionChunk> chunks = stream(params.build());
        chunks.forEach(ChatCompletionChunk::validate);
        assertThat(chunks.stream()
                        .flatMap(chunk -> chunk.choices().stream())
                        .flatMap(choice -> choice.delta().content().stream())
                        .collect(Collectors.joining()))
                .isEqualTo("Hello");
        assertThat(chunks)
                .extracting(ChatCompletionChunk::id)
                .containsOnly(chunks.getFirst().id());
        assertThat(chunks.get(chunks.size() - 2)
                        .choices()
                        .getFirst()
                        .finishReason()
                        .orElseThrow()
                        .asString())
                .isEqualTo("stop");
        assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isEqualTo(2);
    }

    @Test
    void aStreamThatBreaksOffIsAnErrorForTheClient() {
        assertThatThrownBy(() -> stream(params("break").build()))
                .isInstanceOf(OpenAIException.class)
                .hasMessageContaining("it broke");
    }

    @Test
    void refusalsAreTheClientsOwnExceptions() {
        var faulty = params("whole")
                .putAdditionalBodyProperty("temperature", JsonValue.from(9))
                .build();
        assertThatThrownBy(() -> client.chat().completions().create(faulty))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("temperature");
                    assertThat(e.code()).contains("invalid_request");
                    assertThat(e.type()).contains("invalid_request_error");
                });
        assertThatThrownBy(() ->
                        client.chat().completions().create(params("unknown").build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
    }

    /** The client requests base64 by default. */
    @Test
    void embeddings() {
        for (var format :
                List.of(EmbeddingCreateParams.EncodingFormat.BASE64, EmbeddingCreateParams.EncodingFormat.FLOAT)) {
            var answer = client.embeddings()
                    .create(EmbeddingCreateParams.builder()
                            .model("m")
                            .input("a")
                            .encodingFormat(format)
                            .build());
            List<Float> vector = answer.data().getFirst().embedding();
            assertThat(vector).hasSize(2);
            assertThat(vector.get(0)).isCloseTo(0.25f, within(1e-6f));
            assertThat(vector.get(1)).isCloseTo(-1.5f, within(1e-6f));
        }
    }

    @Test
    void models() {
        assertThat(client.models().list().data()).singleElement().satisfies(model -> {
            model.validate();
            assertThat(model.id()).isEqualTo("m:1");
            assertThat(model.ownedBy()).isEqualTo("local");
        });
    }

    private List<ChatCompletionChunk> stream(ChatCompletionCreateParams params) {
        try (StreamResponse<ChatCompletionChunk> response =
                client.chat().completions().createStreaming(params)) {
            return response.stream().toList();
        }
    }

    private static ChatCompletionCreateParams.Builder params(String model) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage("Hello?");
    }

    private static ChatAnswer chat(InferenceRequest request) {
        assertThat(((ChatRequest) request).messages()).containsExactly(Message.of(Role.USER, "Hello?"));
        return switch (request.model()) {
            case "whole" ->
                whole(
                        Message.of(Role.ASSISTANT, "Hi é"),
                        FinishReason.STOP,
                        new TokenLogprob("H", -0.5, new byte[] {72}, List.of()));
            case "tools" ->
                whole(
                        new Message(
                                Role.ASSISTANT,
                                "",
                                null,
                                List.of(),
                                List.of(new ToolCall(0, "c1", "f", "{\"a\":1}")),
                                null,
                                null),
                        FinishReason.TOOL_CALLS);
            case "stream" ->
                new ChatAnswer.Streamed(
                        "m",
                        ScriptedStream.of(
                                Chunk.of(0, "Hel"),
                                StreamEvent.SILENCE,
                                new Chunk(0, "lo", null, List.of(), List.of(), FinishReason.STOP, new Usage(3, 2, 0)),
                                StreamEvent.END));
            case "break" ->
                new ChatAnswer.Streamed(
                        "m",
                        ScriptedStream.of(
                                Chunk.of(0, "Hel"), new InferenceException(ErrorCode.BACKEND_FAILED, "it broke")));
            default -> throw InferenceException.modelNotFound(request.model());
        };
    }

    private static ChatAnswer whole(Message message, FinishReason reason, TokenLogprob... logprobs) {
        return new ChatAnswer.Whole(
                "m", List.of(new Choice(0, message, reason, List.of(logprobs))), new Usage(3, 2, 1));
    }
}
