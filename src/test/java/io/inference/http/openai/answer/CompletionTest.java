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
import io.inference.api.request.GenerateRequest;
import io.inference.api.stream.Chunk;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamWriter;
import io.inference.http.format.WireRequest;
import io.inference.http.openai.request.CompletionRequestReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionTest {
    private static final AnswerHead HEAD = new AnswerHead("cmpl-1", 1, "m");
    private static final String START =
            "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\"choices\":[";

    @Test
    void promptsAreOneOrMany() {
        assertThat(request("\"prompt\":\"a\"").prompts()).containsExactly("a");
        assertThat(request("\"prompt\":[\"a\",\"b\"]").prompts()).containsExactly("a", "b");
    }

    @Test
    void withoutALimitItIsOpenAisOwn() {
        assertThat(request("\"prompt\":\"a\"").options().maxTokens()).isEqualTo(16);
        assertThat(request("\"prompt\":\"a\",\"max_tokens\":3,\"n\":2,\"best_of\":2")
                        .options()
                        .maxTokens())
                .isEqualTo(3);
        assertThat(request("\"prompt\":\"a\",\"logprobs\":0").options().topLogprobs())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"n\":1 | prompt | INVALID_REQUEST",
                "\"prompt\":[] | prompt | INVALID_REQUEST",
                "\"prompt\":{} | prompt | INVALID_REQUEST",
                "\"prompt\":[1,2] | prompt | UNSUPPORTED",
                "\"prompt\":[[1,2]] | prompt | UNSUPPORTED",
                "\"prompt\":\"a\",\"suffix\":5 | suffix | INVALID_REQUEST",
                "\"prompt\":\"a\",\"best_of\":\"x\" | best_of | INVALID_REQUEST",
                "\"prompt\":\"a\",\"echo\":true,\"logprobs\":1 | echo | UNSUPPORTED",
                "\"prompt\":\"a\",\"logprobs\":true | logprobs | INVALID_REQUEST",
            })
    void faultsNameTheirField(String fields, String param, ErrorCode code) {
        assertThatThrownBy(() -> request(fields)).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.param()).contains(param);
        });
    }

    @Test
    void fieldsThatAreNotModelledAreKept() {
        assertThat(request("\"prompt\":\"a\",\"suffix\":\"b\",\"best_of\":3,\"logit_bias\":{\"1\":1},\"echo\":true")
                        .extras()
                        .fields())
                .isEqualTo(Map.of("suffix", "\"b\"", "best_of", "3", "logit_bias", "{\"1\":1}"));
        assertThat(request("\"prompt\":\"a\",\"n\":3,\"best_of\":3").extras().isEmpty())
                .isTrue();
    }

    @Test
    void eachChoiceBeginsWithItsOwnPromptWhenEchoed() {
        WireRequest<?> request = read("\"prompt\":[\"A\",\"B\"],\"n\":2,\"echo\":true");
        var answer = new ChatAnswer.Whole("m", List.of(choice(0), choice(1), choice(2), choice(3)), Usage.NONE);
        var http = (HttpAnswer.Whole) request.answer(answer, new Call("1", "rest", Duration.ofMinutes(1)));
        assertThat(new String(http.body(), StandardCharsets.UTF_8))
                .contains("{\"text\":\"A0\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"}")
                .contains("\"text\":\"A1\"", "\"text\":\"B2\"", "\"text\":\"B3\"");
    }

    @Test
    void aStreamByteForByte() throws IOException {
        var out = new ByteArrayOutputStream();
        var encoder = new CompletionChunkEncoder(HEAD, new CompletionFormat(List.of("P"), 1), true);
        var writer = new StreamWriter(Framing.EVENTS, encoder, out);
        writer.chunk(logprob("é", token("é", -1, token("e", -2))));
        writer.chunk(logprob("x", token("x", -3)));
        writer.chunk(new Chunk(0, "", null, List.of(), List.of(), FinishReason.LENGTH, new Usage(1, 2, 0)));
        writer.end();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(START
                        + "{\"text\":\"Pé\",\"index\":0,\"logprobs\":{\"tokens\":[\"é\"],\"token_logprobs\":[-1.0],"
                        + "\"top_logprobs\":[{\"e\":-2.0,\"é\":-1.0}],\"text_offset\":[0]},\"finish_reason\":null}],"
                        + "\"usage\":null}\n\n"
                        + START
                        + "{\"text\":\"x\",\"index\":0,\"logprobs\":{\"tokens\":[\"x\"],\"token_logprobs\":[-3.0],"
                        + "\"top_logprobs\":[{\"x\":-3.0}],\"text_offset\":[1]},\"finish_reason\":null}],"
                        + "\"usage\":null}\n\n"
                        + START
                        + "{\"text\":\"\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"length\"}],\"usage\":null}"
                        + "\n\n"
                        + START
                        + "],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\n"
                        + "data: [DONE]\n\n");
    }

    private static WireRequest<?> read(String fields) {
        return CompletionRequestReader.read(("{\"model\":\"m\"," + fields + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static GenerateRequest request(String fields) {
        return (GenerateRequest) read(fields).request();
    }

    private static Choice choice(int index) {
        return new Choice(index, Message.of(Role.ASSISTANT, "" + index), FinishReason.STOP, List.of());
    }

    private static Chunk logprob(String text, TokenLogprob token) {
        return new Chunk(0, text, null, List.of(), List.of(token), null, null);
    }

    private static TokenLogprob token(String text, double logprob, TokenLogprob... top) {
        return new TokenLogprob(text, logprob, text.getBytes(StandardCharsets.UTF_8), List.of(top));
    }
}
