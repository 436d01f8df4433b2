package io.inference.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.gguf.GgufWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    private static final Tokenizer SMOLLM = SmolLm.tokenizer();

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> agreesWithLlamaCpp() throws IOException {
        JsonNode cases = SmolLm.json("tokenizer.json").get("cases");
        assertThat(cases).hasSize(58);
        return cases.valueStream()
                .map(it -> DynamicTest.dynamicTest(it.get("text").toString(), () -> {
                    String text = it.get("text").asText();
                    assertThat(SMOLLM.encode(text, false)).as("as text").isEqualTo(ids(it.get("ids")));
                    assertThat(SMOLLM.encode(text, true)).as("parsed").isEqualTo(ids(it.get("special")));
                }));
    }

    @Test
    void bytesOfTheTokensAreTheText() throws IOException {
        for (JsonNode it : SmolLm.json("tokenizer.json").get("cases")) {
            assertThat(decode(SMOLLM.encode(it.get("text").asText(), false)))
                    .isEqualTo(it.get("text").asText());
        }
    }

    @Test
    void anyTextSurvivesARoundTrip() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            String text = random.ints(random.nextInt(60), 0, 0x3100)
                    .filter(it -> it >= 0x20 && SMOLLM.encode(Character.toString(it), false).length > 0)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertThat(decode(SMOLLM.encode(text, false))).isEqualTo(text);
        }
    }

    @Test
    void knowsTheSpecialTokens() {
        assertThat(SMOLLM.vocabularySize()).isEqualTo(49152);
        assertThat(SMOLLM.bos()).hasValue(1);
        assertThat(SMOLLM.eos()).hasValue(2);
        assertThat(SMOLLM.addBos()).isFalse();
        assertThat(SMOLLM.isEndOfGeneration(0)).isTrue();
        assertThat(SMOLLM.isEndOfGeneration(1)).isFalse();
        assertThat(SMOLLM.isEndOfGeneration(2)).isTrue();
        assertThat(SMOLLM.text(2)).isEqualTo("<|im_end|>");
        assertThat(SMOLLM.bytes(2)).isEmpty();
        assertThat(SMOLLM.isControl(2)).isTrue();
        assertThat(SMOLLM.text(38699)).isEqualTo(" Hello");
        assertThat(SMOLLM.isControl(38699)).isFalse();
    }

    @Test
    void anUnpairedSurrogateIsAReplacementCharacter() {
        assertThat(SMOLLM.encode("a\uD800b", false)).isEqualTo(SMOLLM.encode("a\uFFFDb", false));
    }

    @Test
    void longRunsTakeLinearTimeAndNoStack() {
        for (String unit : List.of("a", " ", "\n", " \n", "!", "1", "'", "é", "<", "<|", "a'", "界", "\u0301")) {
            String text = unit.repeat(1_000_000 / unit.length());
            int[] tokens = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> SMOLLM.encode(text, true), unit);
            assertThat(decode(tokens)).isEqualTo(text);
        }
    }

    @Test
    void refusesOtherKindsOfTokenizer() {
        assertThatThrownBy(() -> tokenizer(new GgufWriter().put("tokenizer.ggml.model", "llama")))
                .isInstanceOf(UnsupportedTokenizerException.class)
                .hasMessageContaining("tokenizer 'llama' (SentencePiece) is not supported");
        assertThatThrownBy(() -> tokenizer(tiny("martian")))
                .isInstanceOf(UnsupportedTokenizerException.class)
                .hasMessageContaining("pre-tokenizer 'martian' is not supported")
                .hasMessageContaining("smollm");
    }

    @Test
    void refusesTablesThatContradictEachOther() {
        assertThatThrownBy(() -> tokenizer(new GgufWriter().put("tokenizer.ggml.model", "gpt2")))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("'tokenizer.ggml.tokens' is missing");
        assertThatThrownBy(() -> tokenizer(tiny("gpt-2").put("tokenizer.ggml.merges", List.of("ab"))))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("merges[0] is no pair");
        assertThatThrownBy(() -> tokenizer(tiny("gpt-2").put("tokenizer.ggml.token_type", new int[] {1})))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("token_type 1");
        assertThatThrownBy(() -> tokenizer(tiny("gpt-2").put("tokenizer.ggml.eos_token_id", 99)))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("is 99, outside the vocabulary of 8");
    }

    @Test
    void mergesThroughStringsThatAreNoTokens() throws IOException {
        // "bc" is not a token: it is merged to "abc", or split into its bytes; a byte without a token is left out.
        Tokenizer tiny = tokenizer(tiny("gpt-2"));
        assertThat(tiny.encode("abc", false)).containsExactly(3);
        assertThat(tiny.encode("bc", false)).containsExactly(1, 2);
        assertThat(tiny.encode("xbz", false)).containsExactly(1);
        assertThat(tiny.encode("a<u>a<c>", false)).containsExactly(0, 6, 0, 2);
        assertThat(tiny.encode("a<u>a<c>", true)).containsExactly(0, 6, 0, 7);
    }

    @Test
    void llamaTakesAWholePieceBeforeItsMerges() throws IOException {
        assertThat(tokenizer(tiny("gpt-2")).encode("cab", false)).containsExactly(2, 4);
        assertThat(tokenizer(tiny("llama-bpe")).encode("cab", false)).containsExactly(5);
    }

    private static GgufWriter tiny(String pre) {
        return new GgufWriter()
                .put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", pre)
                .put("tokenizer.ggml.tokens", List.of("a", "b", "c", "abc", "ab", "cab", "<u>", "<c>"))
                .put("tokenizer.ggml.token_type", new int[] {1, 1, 1, 1, 1, 1, 4, 3})
                .put("tokenizer.ggml.merges", List.of("b c", "a bc", "a b"));
    }

    private Tokenizer tokenizer(GgufWriter writer) throws IOException {
        try (GgufFile file = GgufFile.open(writer.writeTo(folder.resolve("tiny.gguf")))) {
            return Tokenizer.of(file);
        }
    }

    private static String decode(int[] tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int token : tokens) {
            out.writeBytes(SMOLLM.bytes(token));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int[] ids(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
