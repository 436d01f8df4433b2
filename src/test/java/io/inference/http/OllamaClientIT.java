package io.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaLanguageModel;
import dev.langchain4j.model.ollama.OllamaModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import io.inference.TestService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** LangChain4j's Ollama client, with only its base URL set, and the service with its real model. */
@Tag("model")
class OllamaClientIT {
    private static final String QUESTION = "What is the capital of Japan?";

    @Test
    void aChat() {
        ChatResponse answer = chat(TestService.MODEL).chat(UserMessage.from(QUESTION));
        assertThat(answer.aiMessage().text()).contains("Tokyo");
        assertThat(answer.tokenUsage().inputTokenCount()).isPositive();
        assertThat(answer.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void aSystemMessageCounts() {
        int brief = inputTokens("Be brief.");
        assertThat(inputTokens("Be brief, and answer in verse, as if you were a poet."))
                .isGreaterThan(brief);
    }

    @Test
    void aStreamSaysWhatAWholeAnswerDoes() throws Exception {
        String whole = chat(TestService.MODEL)
                .chat(UserMessage.from(QUESTION))
                .aiMessage()
                .text();
        OllamaStreamingChatModel model = OllamaStreamingChatModel.builder()
                .baseUrl(TestService.baseUrl())
                .modelName(TestService.MODEL)
                .temperature(0.0)
                .numPredict(16)
                .build();
        var pieces = new StringBuilder();
        var done = new CompletableFuture<ChatResponse>();
        model.chat(QUESTION, new StreamingChatResponseHandler() {
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
        assertThat(done.get(1, TimeUnit.MINUTES).aiMessage().text()).isEqualTo(whole);
        assertThat(pieces).hasToString(whole);
    }

    @Test
    void aPrompt() {
        var model = OllamaLanguageModel.builder()
                .baseUrl(TestService.baseUrl())
                .modelName(TestService.MODEL)
                .temperature(0.0)
                .numPredict(16)
                .build();
        assertThat(model.generate(QUESTION).content()).contains("Tokyo");
    }

    @Test
    void vectorsHaveLengthOne() {
        var model = OllamaEmbeddingModel.builder()
                .baseUrl(TestService.baseUrl())
                .modelName(TestService.MODEL)
                .build();
        float[] vector = model.embed("The quick brown fox").content().vector();
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        assertThat(vector).hasSize(576);
        assertThat(Math.sqrt(squares)).isCloseTo(1, within(1e-3));
    }

    @Test
    void models() {
        OllamaModels models =
                OllamaModels.builder().baseUrl(TestService.baseUrl()).build();
        assertThat(models.availableModels().content())
                .extracting(OllamaModel::getName)
                .contains(TestService.MODEL);
        assertThat(models.modelCard(TestService.MODEL).content().getTemplate()).contains("<|im_start|>");
        assertThat(models.runningModels().content()).isNotNull();
    }

    @Test
    void anUnknownModelIsTheClientsOwnException() {
        assertThatThrownBy(() -> chat("nope").chat(UserMessage.from(QUESTION)))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("model 'nope' not found");
    }

    private static int inputTokens(String instruction) {
        return chat(TestService.MODEL)
                .chat(SystemMessage.from(instruction), UserMessage.from(QUESTION))
                .tokenUsage()
                .inputTokenCount();
    }

    private static OllamaChatModel chat(String model) {
        return OllamaChatModel.builder()
                .baseUrl(TestService.baseUrl())
                .modelName(model)
                .temperature(0.0)
                .numPredict(16)
                .maxRetries(0)
                .build();
    }
}
