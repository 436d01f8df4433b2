package io.inference.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares the scanners with the regular expressions that they implement, in another regex engine. */
class PreTokenizerTest {
    @Test
    void cutsAsTheRegularExpressionsDo() throws IOException {
        try (InputStream in = PreTokenizerTest.class.getResourceAsStream("/tokenizer/pre-tokenizers.json")) {
            for (JsonNode it : new ObjectMapper().readTree(in).get("cases")) {
                for (var expected : it.get("pieces").properties()) {
                    assertThat(pieces(expected.getKey(), it.get("text").asText()))
                            .as("%s of %s", expected.getKey(), it.get("text"))
                            .isEqualTo(expected.getValue()
                                    .valueStream()
                                    .map(JsonNode::asText)
                                    .toList());
                }
            }
        }
    }

    private static List<String> pieces(String name, String text) {
        int[] codePoints = text.codePoints().toArray();
        List<String> pieces = new ArrayList<>();
        PreTokenizer.named(name)
                .orElseThrow()
                .split(
                        codePoints,
                        0,
                        codePoints.length,
                        (start, end) -> pieces.add(new String(codePoints, start, end - start)));
        return pieces;
    }
}
