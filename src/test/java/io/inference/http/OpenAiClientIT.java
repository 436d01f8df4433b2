package io.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import io.inference.TestService;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** OpenAI's own client, with only its base URL and key set, and the service with its real model. */
@Tag("model")
class OpenAiClientIT {
    private static final OpenAIClient CLIENT = OpenAIOkHttpClient.builder()
            .baseUrl(TestService.baseUrl() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .build();

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    @Test
    void aChat() {
        ChatCompletion answer = CLIENT.chat().completions().create(japan().build());
        answer.validate();
        assertThat(answer.id()).startsWith("chatcmpl-");
        assertThat(answer.model()).isEqualTo(TestService.MODEL);
        assertThat(content(answer)).contains("Tokyo");
        var usage = answer.usage().orElseThrow();
        assertThat(usage.promptTokens()).isPositive();
        assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
    }

    @Test
    void aStreamSaysWhatAWholeAnswerDoes() {
        String whole = content(CLIENT.chat().completions().create(japan().build()));
        var params = japan().streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        List<ChatCompletionChunk> chunks;
        try (StreamResponse<ChatCompletionChunk> stream =
                CLIENT.chat().completions().createStreaming(params)) {
            chunks = stream.stream().toList();
        }
        chunks.forEach(ChatCompletionChunk::validate);
        assertThat(chunks).hasSizeGreaterThan(3);
        assertThat(chunks.stream()
                        .flatMap(chunk -> chunk.choices().stream())
                        .flatMap(choice -> choice.delta().content().stream())
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
        assertThat(chunks)
                .extracting(ChatCompletionChunk::id)
                .containsOnly(chunks.getFirst().id());
        assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isPositive();
    }

    @Test
    void severalChoicesASeedAndALimit() {
        var params =
                japan().n(2).seed(7).temperature(0.8).maxCompletionTokens(4).build();
        ChatCompletion answer = CLIENT.chat().completions().create(params);
        assertThat(answer.choices())
                .hasSize(2)
                .allSatisfy(
                        choice -> assertThat(choice.finishReason().asString()).isIn("length", "stop"));
        assertThat(answer.usage().orElseThrow().completionTokens()).isBetween(2L, 8L);
    }

    @Test
    void aStopTextEndsTheAnswerAndIsNoPartOfIt() {
        ChatCompletion answer =
                CLIENT.chat().completions().create(japan().stop("Tokyo").build());
        assertThat(content(answer)).doesNotContain("Tokyo");
        assertThat(answer.choices().getFirst().finishReason().asString()).isEqualTo("stop");
    }

    @Test
    void logprobs() {
        var params =
                japan().logprobs(true).topLogprobs(3).maxCompletionTokens(3).build();
        var tokens = CLIENT.chat()
                .completions()
                .create(params)
                .choices()
                .getFirst()
                .logprobs()
                .orElseThrow()
                .content()
                .orElseThrow();
        assertThat(tokens).hasSize(3).allSatisfy(token -> {
            assertThat(token.logprob()).isNotPositive();
            assertThat(token.topLogprobs()).hasSize(3);
            assertThat(token.topLogprobs().getFirst().token()).isEqualTo(token.token());
        });
    }

    @Test
    void aCompletion() {
        var answer = CLIENT.completions()
                .create(CompletionCreateParams.builder()
                        .model(TestService.MODEL)
                        .prompt("Water boils at")
                        .maxTokens(8)
                        .temperature(0)
                        .echo(true)
                        .build());
        answer.validate();
        assertThat(answer.choices().getFirst().text())
                .startsWith("Water boils at")
                .hasSizeGreaterThan("Water boils at".length());
    }

    @Test
    void embeddingsAreTheSameInBothEncodings() {
        List<Float> base64 = embedding(EmbeddingCreateParams.EncodingFormat.BASE64);
        List<Float> floats = embedding(EmbeddingCreateParams.EncodingFormat.FLOAT);
        assertThat(base64).hasSize(576).isEqualTo(floats);
        double length =
                Math.sqrt(base64.stream().mapToDouble(x -> (double) x * x).sum());
        assertThat(length).isCloseTo(1, within(1e-3));
    }

    @Test
    void models() {
        assertThat(CLIENT.models().list().data()).extracting(Model::id).contains(TestService.MODEL);
        assertThat(CLIENT.models().retrieve(TestService.MODEL).id()).isEqualTo(TestService.MODEL);
        assertThatThrownBy(() -> CLIENT.models().retrieve("no/such:model")).isInstanceOf(NotFoundException.class);
    }

    @Test
    void refusalsAreTheClientsOwnExceptions() {
        var unknown = japan().model("nope").build();
        assertThatThrownBy(() -> CLIENT.chat().completions().create(unknown))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
        var hot = japan().putAdditionalBodyProperty("temperature", JsonValue.from("hot"))
                .build();
        assertThatThrownBy(() -> CLIENT.chat().completions().create(hot))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).contains("temperature"));
    }

    private static ChatCompletionCreateParams.Builder japan() {
        return ChatCompletionCreateParams.builder()
                .model(TestService.MODEL)
                .temperature(0)
                .maxCompletionTokens(16)
                .addUserMessage("What is the capital of Japan?");
    }

    private static String content(ChatCompletion answer) {
        return answer.choices().getFirst().message().content().orElseThrow();
    }

    private static List<Float> embedding(EmbeddingCreateParams.EncodingFormat format) {
        var params = EmbeddingCreateParams.builder()
                .model(TestService.MODEL)
                .input("The quick brown fox")
                .encodingFormat(format)
                .build();
        return CLIENT.embeddings().create(params).data().getFirst().embedding();
    }
}
