package io.inference.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.Options;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.stub.RecordedOllama;
import io.inference.upstream.Connection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uses recordings of the OpenAI-compatible side of a real Ollama 0.17.4. */
class OpenAiBackendTest {
    private static final String MODEL = "smollm2:135m";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final RecordedOllama recorded = new RecordedOllama();
    private final OpenAiBackend openai =
            new OpenAiBackend(Connection.of("openai", recorded.url().resolve("/v1"), "the-key", LONG));
    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    @AfterEach
    void close() {
        openai.close();
        recorded.close();
    }

    @Test
    void aWholeChat() {
        ChatAnswer.Whole answer = (ChatAnswer.Whole) openai.chat(chat(false), call);

        assertThat(answer.model()).isEqualTo(MODEL);
        assertThat(answer.choices()).hasSize(1);
        assertThat(answer.choices().getFirst().message().content()).isEqualTo("The capital of France is Paris.");
        assertThat(answer.choices().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.usage()).isEqualTo(new Usage(16, 8, 0)).isEqualTo(call.usage());
        assertThat(recorded.server().requests().getLast().headers()).containsEntry("authorization", "Bearer the-key");
    }

    @Test
    void aStreamedChatAlwaysTellsItsUsage() {
        ChatAnswer.Streamed answer = (ChatAnswer.Streamed) openai.chat(chat(true), call);
        List<Chunk> chunks = readAll(answer.chunks());

        assertThat(answer.model()).isEqualTo(MODEL);
        assertThat(chunks)
                .extracting(Chunk::text)
                .containsExactly("The", " capital", " of", " France", " is", " Paris", ".", "", "");
        assertThat(chunks.get(7).finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(chunks.get(8).usage()).isEqualTo(new Usage(16, 8, 0)).isEqualTo(call.usage());
        assertThat(recorded.sentTo("/v1/chat/completions")
                        .getLast()
                        .at("/stream_options/include_usage")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void embedsWithVectorsOfLengthOne() {
        EmbedAnswer answer = openai.embed(new EmbedRequest(MODEL, List.of("a"), null, true, true), call);

        float[] vector = answer.embeddings().getFirst();
        double squares = 0;
        for (float x : vector) {
            squares += x * x;
        }
        assertThat(vector).hasSize(4);
        assertThat(squares).isCloseTo(1, within(1e-5));
        assertThat(answer.usage()).isEqualTo(new Usage(1, 0, 0));
    }

    @Test
    void listsItsModels() {
        assertThat(openai.models())
                .containsExactly(new ModelInfo(MODEL, "openai", true, null, null, null, null, null, null, 1795437175L));
        assertThat(openai.details(MODEL).info().id()).isEqualTo(MODEL);
        assertThat(catchThrowableOfType(InferenceException.class, () -> openai.details("nope"))
                        .code())
                .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void anAddressWithoutAPathMeansV1() {
        for (String path : List.of("", "/", "/v1/")) {
            URI base = URI.create(recorded.url() + path);
            try (OpenAiBackend other = new OpenAiBackend(Connection.of("openai", base, null, LONG))) {
                assertThat(other.models()).hasSize(1);
            }
        }
    }

    @Test
    void itsConnectionDoesNotTellTheKey() {
        assertThat(Connection.of("openai", URI.create("http://h"), "the-key", LONG)
                        .toString())
                .doesNotContain("the-key");
    }

    private static ChatRequest chat(boolean stream) {
        return new ChatRequest(
                MODEL,
                List.of(Message.of(Role.USER, "What is the capital of France?")),
                Options.DEFAULTS,
                List.of(),
                null,
                null,
                null,
                stream);
    }

    private static List<Chunk> readAll(ChunkStream stream) {
        List<Chunk> chunks = new ArrayList<>();
        try (stream) {
            while (stream.next(LONG) instanceof Chunk chunk) {
                chunks.add(chunk);
            }
            assertThat(stream.next(LONG)).isEqualTo(StreamEvent.END);
        }
        return chunks;
    }
}
