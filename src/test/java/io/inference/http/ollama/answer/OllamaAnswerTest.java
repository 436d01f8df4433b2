package io.inference.http.ollama.answer;

import static io.inference.http.Recording.shape;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ScriptedStream;
import io.inference.http.Recording;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamWriter;
import io.inference.http.format.WireRequest;
import io.inference.http.ollama.request.ChatRequestReader;
import io.inference.http.ollama.request.EmbedRequestReader;
import io.inference.http.ollama.request.GenerateRequestReader;
import io.inference.http.ollama.request.ShowRequestReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers are compared with the recordings: same content type, same fields in the same order, same text. */
class OllamaAnswerTest {
    private static final ModelInfo MODEL = new ModelInfo(
            "smollm2:135m", "local", true, 8192, 98363192L, "e5dd", "llama", "134.52M", "Q4_1", 1795437175L);

    private final Call call = new Call("1", "rest", Duration.ofMinutes(1));

    @ParameterizedTest
    @ValueSource(strings = {"chat", "chat-json-schema", "chat-logprobs"})
    void wholeChats(String name) {
        Recording recording = Recording.named(name);
        JsonNode recorded = recording.values().getFirst();
        JsonNode written = write(ChatRequestReader.read(recording.request()), whole(recorded, "message"), recording);
        assertThat(written.path("message")).isEqualTo(recorded.path("message"));
        assertThat(written.path("done_reason")).isEqualTo(recorded.path("done_reason"));
        assertThat(written.path("logprobs")).isEqualTo(recorded.path("logprobs"));
        assertThat(written.path("eval_count")).isEqualTo(recorded.path("eval_count"));
        assertThat(written.path("prompt_eval_count")).isEqualTo(recorded.path("prompt_eval_count"));
    }

    @Test
    void aWholeGeneration() {
        Recording recording = Recording.named("generate");
        JsonNode recorded = recording.values().getFirst();
        JsonNode written = write(GenerateRequestReader.read(recording.request()), whole(recorded, ""), recording);
        assertThat(written.path("response")).isEqualTo(recorded.path("response"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat-stream", "chat-length-limit"})
    void streamedChats(String name) throws IOException {
        Recording recording = Recording.named(name);
        List<JsonNode> lines = stream(ChatRequestReader.read(recording.request()), recording, "/message/content");
        assertThat(lines).hasSameSizeAs(recording.values());
        for (int i = 0; i < lines.size(); i++) {
            assertThat(shape(lines.get(i))).isEqualTo(shape(recording.values().get(i)));
            assertThat(lines.get(i).path("message"))
                    .isEqualTo(recording.values().get(i).path("message"));
        }
        assertThat(lines.getLast().path("done_reason"))
                .isEqualTo(recording.values().getLast().path("done_reason"));
    }

    @Test
    void aStreamedGeneration() throws IOException {
        Recording recording = Recording.named("generate-stream");
        List<JsonNode> lines = stream(GenerateRequestReader.read(recording.request()), recording, "/response");
        assertThat(lines).hasSameSizeAs(recording.values());
        assertThat(lines)
                .extracting(line -> line.path("response").textValue())
                .containsExactlyElementsOf(recording.values().stream()
                        .map(line -> line.path("response").textValue())
                        .toList());
    }

    @Test
    void loadingAndUnloading() {
        for (String name : List.of("chat-empty-messages-loads", "unload")) {
            Recording recording = Recording.named(name);
            ModelDetails details = new ModelDetails(MODEL, null, null, Map.of(), List.of());
            JsonNode written = write(ChatRequestReader.read(recording.request()), details, recording);
            assertThat(written.path("done_reason"))
                    .isEqualTo(recording.values().getFirst().path("done_reason"));
        }
    }

    @Test
    void vectors() {
        Recording recording = Recording.named("embed");
        List<float[]> vectors = new ArrayList<>();
        recording.values().getFirst().path("embeddings").forEach(vector -> vectors.add(floats(vector)));
        var answer = new EmbedAnswer("smollm2:135m", vectors, new Usage(2, 0, 0));
        JsonNode written = write(EmbedRequestReader.read(recording.request()), answer, recording);
        assertThat(written.path("embeddings"))
                .isEqualTo(recording.values().getFirst().path("embeddings"));

        Recording empty = Recording.named("embed-empty");
        write(EmbedRequestReader.read(empty.request()), new EmbedAnswer("smollm2:135m", List.of(), Usage.NONE), empty);

        Recording legacy = Recording.named("embeddings-legacy");
        float[] vector = floats(legacy.values().getFirst().path("embedding"));
        JsonNode old = write(
                EmbedRequestReader.readLegacy(legacy.request()),
                new EmbedAnswer("smollm2:135m", List.of(vector), Usage.NONE),
                legacy);
        assertThat(old).isEqualTo(legacy.values().getFirst());
    }

    @Test
    void models() throws IOException {
        assertSameShape(ModelsWriter.tags(List.of(MODEL)), Recording.named("tags"));
        assertSameShape(ModelsWriter.ps(List.of(MODEL)), Recording.named("ps"));
        JsonNode bare = json(ModelsWriter.tags(List.of(ModelInfo.named("x", "openai"))));
        assertThat(bare.at("/models/0/modified_at").textValue()).isEqualTo("0001-01-01T00:00:00Z");
    }

    @Test
    void oneModel() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("llama.context_length", 8192);
        var details = new ModelDetails(MODEL, "T", "apache-2.0", metadata, List.of("completion"));
        JsonNode recorded = Recording.named("show").values().getFirst();
        JsonNode written =
                json(ShowRequestReader.read(Recording.named("show").request()).answer(details, call));
        for (String name : List.of("details", "capabilities")) {
            assertThat(written.path(name)).isEqualTo(recorded.path(name));
        }
        assertThat(written.path("model_info").path("llama.context_length").intValue())
                .isEqualTo(8192);
        assertThat(recorded.fieldNames()).toIterable().containsAll(() -> written.fieldNames());
    }

    @Test
    void callsComeWholeAndLast() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new StreamWriter(Framing.LINES, new TextChunkEncoder(AnswerShape.CHAT, "m", call), out);
        writer.chunk(chunk("", null, new ToolCall(0, "c", "f", "{\"a\"")));
        writer.chunk(chunk("", "hm", new ToolCall(0, null, null, ":1}")));
        writer.chunk(new Chunk(0, "", null, List.of(), List.of(), FinishReason.TOOL_CALLS, null));
        writer.end();
        List<JsonNode> lines = Recording.values(out.toString(StandardCharsets.UTF_8));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).at("/message/thinking").textValue()).isEqualTo("hm");
        assertThat(lines.get(1).at("/message/tool_calls/0").toString())
                .isEqualTo("{\"id\":\"c\",\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"a\":1}}}");
        assertThat(lines.get(2).path("done_reason").textValue()).isEqualTo("stop");
    }

    @Test
    void keepAlivesAndFailuresAreLinesThatClientsCanRead() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new StreamWriter(Framing.LINES, new TextChunkEncoder(AnswerShape.GENERATE, "m", call), out);
        writer.keepAlive();
        writer.failure(new InferenceException(ErrorCode.BACKEND_FAILED, "it broke"));
        List<JsonNode> lines = Recording.values(out.toString(StandardCharsets.UTF_8));
        assertThat(lines.get(0).path("response").textValue()).isEmpty();
        assertThat(lines.get(0).path("done").booleanValue()).isFalse();
        assertThat(lines.get(1).toString()).isEqualTo("{\"error\":\"it broke\"}");
    }

    private JsonNode write(WireRequest<?> request, Object answer, Recording recording) {
        HttpAnswer written = request.answer(answer, call);
        assertSameShape(written, recording);
        return json(written);
    }

    private static void assertSameShape(HttpAnswer written, Recording recording) {
        assertThat(((HttpAnswer.Whole) written).status()).isEqualTo(recording.status());
        assertThat(written.contentType()).isEqualTo(recording.contentType());
        assertThat(shape(json(written))).isEqualTo(shape(recording.values().getFirst()));
    }

    private static JsonNode json(HttpAnswer written) {
        String body = new String(((HttpAnswer.Whole) written).body(), StandardCharsets.UTF_8);
        return Recording.values(body).getFirst();
    }

    /** Sends the recorded pieces through the encoder, the last with its finish reason as backends do. */
    private List<JsonNode> stream(WireRequest<?> request, Recording recording, String text) throws IOException {
        var answer = request.answer(new ChatAnswer.Streamed("smollm2:135m", ScriptedStream.of()), call);
        assertThat(answer.contentType()).isEqualTo(recording.contentType());
        var streamed = (HttpAnswer.Streamed) answer;
        var out = new ByteArrayOutputStream();
        var writer = new StreamWriter(streamed.framing(), streamed.encoder(), out);
        for (JsonNode line : recording.values()) {
            boolean last = line.path("done").booleanValue();
            FinishReason reason = last ? reason(line) : null;
            Usage usage = last ? new Usage(line.path("prompt_eval_count").intValue(), 1, 0) : null;
            writer.chunk(new Chunk(0, line.at(text).textValue(), null, List.of(), List.of(), reason, usage));
        }
        writer.end();
        List<JsonNode> lines = Recording.values(out.toString(StandardCharsets.UTF_8));
        lines.forEach(line -> Instant.parse(line.path("created_at").textValue()));
        return lines;
    }

    private static ChatAnswer.Whole whole(JsonNode recorded, String messageField) {
        JsonNode text = messageField.isEmpty()
                ? recorded.path("response")
                : recorded.path(messageField).path("content");
        List<TokenLogprob> logprobs = new ArrayList<>();
        recorded.path("logprobs").forEach(token -> logprobs.add(logprob(token)));
        var choice = new Choice(0, Message.of(Role.ASSISTANT, text.textValue()), reason(recorded), logprobs);
        var usage = new Usage(
                recorded.path("prompt_eval_count").intValue(),
                recorded.path("eval_count").intValue(),
                0);
        return new ChatAnswer.Whole("smollm2:135m", List.of(choice), usage);
    }

    private static TokenLogprob logprob(JsonNode token) {
        List<TokenLogprob> top = new ArrayList<>();
        token.path("top_logprobs").forEach(alternative -> top.add(logprob(alternative)));
        byte[] bytes = token.path("token").textValue().getBytes(StandardCharsets.UTF_8);
        return new TokenLogprob(
                token.path("token").textValue(), token.path("logprob").doubleValue(), bytes, top);
    }

    private static FinishReason reason(JsonNode recorded) {
        return recorded.path("done_reason").textValue().equals("length") ? FinishReason.LENGTH : FinishReason.STOP;
    }

    private static Chunk chunk(String text, String thinking, ToolCall call) {
        return new Chunk(0, text, thinking, List.of(call), List.of(), null, null);
    }

    private static float[] floats(JsonNode vector) {
        float[] floats = new float[vector.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = vector.get(i).floatValue();
        }
        return floats;
    }
}
