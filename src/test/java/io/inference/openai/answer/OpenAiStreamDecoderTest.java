package io.inference.openai.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.upstream.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiStreamDecoderTest {
    private final OpenAiStreamDecoder decoder =
            new OpenAiStreamDecoder(new OpenAiErrors(new Failures("openai"), "sk-secret"));
    private final List<Chunk> chunks = new ArrayList<>();

    @Test
    void commentsOtherFieldsAndDataOfSeveralLines() throws IOException {
        boolean done = lines("""
                : a comment
                id: 7
                event: message
                retry: 10
                data:{"choices":[{"index":0,
                data: "delta":{"content":"hi"}}]}

                data: [DONE]

                """);

        assertThat(done).isTrue();
        assertThat(chunks).containsExactly(Chunk.of(0, "hi"), stopped());
    }

    @Test
    void aChunkThatOnlyNamesTheSpeakerIsNone() throws IOException {
        data("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                + "\"finish_reason\":null}]}");

        assertThat(chunks).isEmpty();
    }

    @Test
    void usageWhereverItComesIsTheLastChunk() throws IOException {
        data("""
                {"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"length"}],
                "usage":{"prompt_tokens":5,"completion_tokens":1,\
                "prompt_tokens_details":{"cached_tokens":4}}}""".replace("\n", ""));
        data("[DONE]");

        assertThat(chunks).hasSize(2);
        assertThat(chunks.get(0))
                .returns(FinishReason.LENGTH, Chunk::finishReason)
                .returns(null, Chunk::usage);
        assertThat(chunks.get(1).usage()).isEqualTo(new Usage(5, 1, 4));
        assertThat(decoder.model("asked")).isEqualTo("m");
    }

    @Test
    void toolCallsComeInParts() throws IOException {
        data("""
                {"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function",\
                "function":{"name":"f","arguments":""}}]}}]}""");
        data("{\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}"
                + "\"}}]}}]}");
        data("{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}");
        data("[DONE]");

        assertThat(chunks).extracting(Chunk::index).containsOnly(1);
        assertThat(chunks.get(0).toolCalls()).containsExactly(new ToolCall(0, "call_1", "f", ""));
        assertThat(chunks.get(1).toolCalls()).containsExactly(new ToolCall(0, null, null, "{}"));
        assertThat(chunks.get(2).finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning_content", "reasoning"})
    void reasoningIsThinking(String field) throws IOException {
        data("{\"choices\":[{\"index\":0,\"delta\":{\"" + field + "\":\"hm\"}}]}");

        assertThat(chunks).containsExactly(new Chunk(0, "", "hm", List.of(), List.of(), null, null));
    }

    @Test
    void logprobsOfAChatAndOfACompletion() throws IOException {
        data("""
                {"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-0.5,\
                "bytes":null,"top_logprobs":[]}]}}]}""");
        data("""
                {"choices":[{"index":0,"text":"b","logprobs":{"tokens":["b"],"token_logprobs":[-0.25],\
                "top_logprobs":[{"c":-2.0,"b":-0.25}],"text_offset":[0]}}]}""");

        assertThat(chunks.get(0).logprobs().getFirst())
                .returns("a", TokenLogprob::token)
                .returns(-0.5, TokenLogprob::logprob);
        TokenLogprob second = chunks.get(1).logprobs().getFirst();
        assertThat(second.token()).isEqualTo("b");
        assertThat(second.top()).extracting(TokenLogprob::token).containsExactly("b", "c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"message\":\"boom sk-secret\",\"code\":500}}\n\n",
                "data: {\"error\":\"boom sk-secret\"}\n\n",
                "event: error\ndata: {\"message\":\"boom sk-secret\"}\n\n",
                "event: error\ndata: boom sk-secret\n\n",
                "error: {\"message\":\"boom sk-secret\"}\n\n"
            })
    void anErrorInAnyFormIsTheBackendsAndTellsNoKey(String text) {
        assertThatThrownBy(() -> lines(text))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.BACKEND_FAILED, InferenceException::code)
                .returns("boom ***", e -> e.getCause().getMessage());
    }

    @Test
    void whatIsNotJsonIsMalformed() {
        assertThatThrownBy(() -> data("{\"choices\":[")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> data("hello")).isInstanceOf(IOException.class);
    }

    @Test
    void aStreamWithoutItsLastEmptyLineIsComplete() throws IOException {
        data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
        assertThat(lines("data: [DONE]")).isFalse();
        assertThat(decoder.eof(chunks::add)).isTrue();
        assertThat(chunks).containsExactly(Chunk.of(0, "a"), stopped());
    }

    @Test
    void aStreamWithoutItsEndMarkerAndItsFinishReasonIsNot() throws IOException {
        data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");

        assertThat(decoder.eof(chunks::add)).isFalse();
    }

    private static Chunk stopped() {
        return new Chunk(0, "", null, List.of(), List.of(), FinishReason.STOP, null);
    }

    private void data(String json) throws IOException {
        lines("data: " + json + "\n\n");
    }

    private boolean lines(String text) throws IOException {
        boolean done = false;
        for (String line : text.split("\n", -1)) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            done |= decoder.line(bytes, 0, bytes.length, chunks::add);
        }
        return done;
    }
}
