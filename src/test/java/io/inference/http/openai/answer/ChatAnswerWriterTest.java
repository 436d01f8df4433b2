package io.inference.http.openai.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
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
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatAnswerWriterTest {
    private static final AnswerHead HEAD = new AnswerHead("chatcmpl-1", 1700000000, "m \"1\"");
    private static final String START =
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                    + "\"model\":\"m \\\"1\\\"\",\"choices\":[";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void aWholeAnswer() {
        var answer = new ChatAnswer.Whole(
                "m",
                List.of(
                        new Choice(0, Message.of(Role.ASSISTANT, "Hi é \uD83D\uDE00\n"), FinishReason.STOP, List.of()),
                        new Choice(1, Message.of(Role.ASSISTANT, ""), FinishReason.LENGTH, List.of())),
                new Usage(3, 4, 2));
        assertThat(whole(answer))
                .isEqualTo("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,"
                        + "\"model\":\"m \\\"1\\\"\",\"choices\":["
                        + "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi é \uD83D\uDE00\\n\","
                        + "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"},"
                        + "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},"
                        + "\"logprobs\":null,\"finish_reason\":\"length\"}],"
                        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":2}}}");
    }

    @Test
    void tokensOfThoughtsIfThereAreAny() {
        assertThat(whole(new ChatAnswer.Whole("m", List.of(), new Usage(3, 4, 2, 1))))
                .contains("\"prompt_tokens_details\":{\"cached_tokens\":2},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":1}}");
    }

    @Test
    void callsThoughtsAndLogprobs() {
        var token = new TokenLogprob(
                "é",
                -0.5,
                "é".getBytes(StandardCharsets.UTF_8),
                List.of(new TokenLogprob("e", Double.NEGATIVE_INFINITY, new byte[] {101}, List.of())));
        var message =
                new Message(Role.ASSISTANT, "", "hm", List.of(), List.of(new ToolCall(0, "c", "f", "{}")), null, null);
        var answer = new ChatAnswer.Whole(
                "m", List.of(new Choice(0, message, FinishReason.TOOL_CALLS, List.of(token))), Usage.NONE);
        assertThat(whole(answer))
                .contains("\"message\":{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\","
                        + "\"refusal\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}")
                .contains("\"logprobs\":{\"content\":[{\"token\":\"é\",\"logprob\":-0.5,\"bytes\":[195,169],"
                        + "\"top_logprobs\":[{\"token\":\"e\",\"logprob\":-9999.0,\"bytes\":[101]}]}],"
                        + "\"refusal\":null}")
                .contains("\"finish_reason\":\"tool_calls\"");
    }

    @Test
    void aStreamByteForByte() throws IOException {
        var writer = writer(false);
        writer.chunk(Chunk.of(0, "He"));
        writer.keepAlive();
        writer.chunk(Chunk.of(0, ""));
        writer.chunk(end(0, "y", new Usage(1, 2, 0)));
        writer.end();
        assertThat(written())
                .isEqualTo(START
                        + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"He\"},\"finish_reason\":null}"
                        + "]}\n\n"
                        + ": keep-alive\n\n"
                        + START
                        + "{\"index\":0,\"delta\":{\"content\":\"y\"},\"finish_reason\":null}]}\n\n"
                        + START
                        + "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: [DONE]\n\n");
    }

    @Test
    void usageComesInAnEventOfItsOwnAndIsAnnounced() throws IOException {
        var writer = writer(true);
        writer.chunk(end(0, "", new Usage(5, 0, 1)));
        writer.end();
        assertThat(written())
                .isEqualTo(START
                        + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],"
                        + "\"usage\":null}\n\n"
                        + START
                        + "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
                        + START
                        + "],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":0,\"total_tokens\":5,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":1}}}\n\n"
                        + "data: [DONE]\n\n");
    }

    @Test
    void eachChoiceOfAStreamHasItsRole() throws IOException {
        var writer = writer(false);
        writer.chunk(Chunk.of(1, "b"));
        writer.chunk(Chunk.of(0, "a"));
        writer.chunk(Chunk.of(1, "B"));
        assertThat(written())
                .containsSubsequence(
                        "{\"index\":1,\"delta\":{\"role\":\"assistant\",\"content\":\"b\"}",
                        "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"}",
                        "{\"index\":1,\"delta\":{\"content\":\"B\"}");
    }

    @Test
    void callsAreStreamedInParts() throws IOException {
        var writer = writer(false);
        writer.chunk(calls(new ToolCall(0, "c", "f", "")));
        writer.chunk(calls(new ToolCall(0, null, null, "{\"a\"")));
        assertThat(written())
                .contains("\"delta\":{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"c\","
                        + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}")
                .contains("\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\"\"}}]}");
    }

    @Test
    void aFailureIsAnEventAndTheLast() throws IOException {
        var writer = writer(false);
        writer.failure(new InferenceException(ErrorCode.BACKEND_FAILED, "it broke"));
        assertThat(written())
                .isEqualTo("event: error\ndata: {\"error\":{\"message\":\"it broke\",\"type\":\"server_error\","
                        + "\"param\":null,\"code\":\"backend_failed\"}}\n\n");
    }

    @Test
    void halfACharacterFromABackendBreaksNothing() throws IOException {
        writer(false).chunk(Chunk.of(0, "\uD83D"));
        assertThat(written()).contains("\"content\":\"\uFFFD\"");
    }

    @Test
    void aWholeAnswerIsStreamedToACallerWhoAskedForAStream() {
        var answer = new ChatAnswer.Whole(
                "m",
                List.of(new Choice(0, Message.of(Role.ASSISTANT, "Hi"), FinishReason.STOP, List.of())),
                new Usage(1, 1, 0));
        var http = ((HttpAnswer.ObjectList) new ChatAnswerWriter(true, true).write(answer, HEAD)).framed();
        assertThat(http.contentType()).isEqualTo("text/event-stream");
        assertThat(new String(http.body(), StandardCharsets.UTF_8))
                .containsSubsequence(
                        "\"content\":\"Hi\"", "\"finish_reason\":\"stop\"", "\"total_tokens\":2", "[DONE]");
    }

    @Test
    void aStreamThatNobodyAskedForIsClosed() throws InterruptedException {
        ScriptedStream stream = ScriptedStream.of();
        assertThatThrownBy(() -> new ChatAnswerWriter(false, false)
                        .write(new ChatAnswer.Streamed("m", stream), new Call("1", "rest", Duration.ofMinutes(1))))
                .isInstanceOf(InferenceException.class);
        assertThat(stream.awaitClosed()).isTrue();
    }

    private static String whole(ChatAnswer.Whole answer) {
        var http = (HttpAnswer.Whole) new ChatAnswerWriter(false, false).write(answer, HEAD);
        assertThat(http.status()).isEqualTo(200);
        assertThat(http.contentType()).isEqualTo("application/json");
        return new String(http.body(), StandardCharsets.UTF_8);
    }

    private StreamWriter writer(boolean includeUsage) {
        return new StreamWriter(Framing.EVENTS, new ChatChunkEncoder(HEAD, includeUsage), out);
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Chunk end(int index, String text, Usage usage) {
        return new Chunk(index, text, null, List.of(), List.of(), FinishReason.STOP, usage);
    }

    private static Chunk calls(ToolCall call) {
        return new Chunk(0, "", null, List.of(call), List.of(), null, null);
    }
}
