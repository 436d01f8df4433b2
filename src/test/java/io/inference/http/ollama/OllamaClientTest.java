package io.inference.http.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ScriptedStream;
import io.inference.api.stream.StreamEvent;
import io.inference.http.StubDoor;
import io.inference.http.ollama.answer.ModelsWriter;
import io.inference.http.ollama.request.ChatRequestReader;
import io.inference.http.ollama.request.EmbedRequestReader;
import io.inference.http.ollama.request.ShowRequestReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** LangChain4j's Ollama client with the wire format. */
class OllamaClientTest {
    private static final ModelInfo MODEL =
            new ModelInfo("m:1", "local", true, 8192, 7L, "abc", "llama", "134.52M", "Q4_1", 1795437175L);

    private final StubDoor door = new StubDoor()
            .serve("/api/chat", ChatRequestReader::read, OllamaClientTest::chat)
            .serve(
                    "/api/embed",
                    EmbedRequestReader::read,
                    request -> new EmbedAnswer("m", List.of(new float[] {0.25f, -1.5f}), new Usage(1, 0, 0)))
            .serve("/api/tags", ModelsWriter.tags(List.of(MODEL)))
            .serve("/api/ps", ModelsWriter.ps(List.of(MODEL)))
            .serve(
                    "/api/show",
                    ShowRequestReader::read,
                    request -> new ModelDetails(
                            MODEL, "T", "MIT", Map.of("general.architecture", "llama"), List.of("completion")));

    @AfterEach
    void stop() {
        door.close();
    }

    @Test
    void aWholeAnswer() {
        OllamaChatModel model = OllamaChatModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("whole")
                .temperature(0.0)
                .numPredict(5)
                .build();
        ChatResponse response = model.chat(UserMessage.from("Hello?"));
        assertThat(response.aiMessage().text()).isEqualTo("Hi é");
        assertThat(response.tokenUsage().totalTokenCount()).isEqualTo(5);
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void callsOfTools() {
        OllamaChatModel model = OllamaChatModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("tools")
                .build();
        var request = dev.langchain4j.model.chat.request.ChatRequest.builder()
                .messages(UserMessage.from("Hello?"))
                .toolSpecifications(ToolSpecification.builder()
                        .name("f")
                        .parameters(JsonObjectSchema.builder()
                                .addIntegerProperty("a")
                                .build())
                        .build())
                .build();
        assertThat(model.chat(request).aiMessage().toolExecutionRequests())
                .singleElement()
                .satisfies(call -> {
                    assertThat(call.name()).isEqualTo("f");
                    assertThat(call.arguments()).contains("\"a\"", "1");
                });
    }

    @Test
    void aStreamWithAPauseInIt() throws Exception {
        OllamaStreamingChatModel model = OllamaStreamingChatModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("stream")
                .build();
        var done = new CompletableFuture<ChatResponse>();
        StringBuilder pieces = new StringBuilder();
        model.chat("Hello?", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String text) {
                pieces.append(text);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                done.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        ChatResponse response = done.get(30, TimeUnit.SECONDS);
        assertThat(pieces).hasToString("Hello");
        assertThat(response.aiMessage().text()).isEqualTo("Hello");
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(2);
    }

    @Test
    void anUnknownModelIsTheClientsOwnException() {
        OllamaChatModel model = OllamaChatModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("unknown")
                .maxRetries(0)
                .build();
        assertThatThrownBy(() -> model.chat(UserMessage.from("Hello?")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("model 'unknown' not found");
    }

    @Test
    void vectorsAndModels() {
        var embeddings = OllamaEmbeddingModel.builder()
                .baseUrl(door.baseUrl())
                .modelName("m")
                .build();
        assertThat(embeddings.embed("a").content().vector()).containsExactly(0.25f, -1.5f);
        OllamaModels models = OllamaModels.builder().baseUrl(door.baseUrl()).build();
        assertThat(models.availableModels().content()).singleElement().satisfies(model -> {
            assertThat(model.getName()).isEqualTo("m:1");
            assertThat(model.getSize()).isEqualTo(7);
        });
        assertThat(models.runningModels().content()).hasSize(1);
        assertThat(models.modelCard("m:1").content().getTemplate()).isEqualTo("T");
    }

    private static ChatAnswer chat(InferenceRequest request) {
        assertThat(((ChatRequest) request).messages()).containsExactly(Message.of(Role.USER, "Hello?"));
        return switch (request.model()) {
            case "whole" -> whole(Message.of(Role.ASSISTANT, "Hi é"), io.inference.api.message.FinishReason.LENGTH);
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
                        io.inference.api.message.FinishReason.TOOL_CALLS);
            case "stream" ->
                new ChatAnswer.Streamed(
                        "m",
                        ScriptedStream.of(
                                Chunk.of(0, "Hel"),
                                StreamEvent.SILENCE,
                                new Chunk(
                                        0,
                                        "lo",
                                        null,
                                        List.of(),
                                        List.of(),
                                        io.inference.api.message.FinishReason.STOP,
                                        new Usage(3, 2, 0)),
                                StreamEvent.END));
            default -> throw InferenceException.modelNotFound(request.model());
        };
    }

    private static ChatAnswer whole(Message message, io.inference.api.message.FinishReason reason) {
        return new ChatAnswer.Whole("m", List.of(new Choice(0, message, reason, List.of())), new Usage(3, 2, 1));
    }
}
