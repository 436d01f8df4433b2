package io.inference.http.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.wire.Json;
import io.inference.wire.JsonBounds;
import io.inference.wire.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{not json          | line 1, column 2",
                "{\"a\":1           | line 1, column",
                "{\"a\":01}         | line 1, column",
                "{\"a\":NaN}        | line 1, column",
                "{\"a\":1,}         | line 1, column",
                "{'a':1}            | line 1, column 2",
                "{\"a\":\"\u0001\"} | line 1, column",
                "{\"a\":1} x        | line 1, column",
                "{\"a\":1}{}        | goes on after its JSON object",
            })
    void badJsonIsRefusedWithItsPlace(String body, String place) {
        assertThatThrownBy(() -> JsonFields.parse(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(InferenceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e).hasMessageContaining(place);
                    assertThat(e.getMessage())
                            .doesNotContain("Source", "StreamRead", "com.fasterxml", "JsonParse", "JsonRead");
                });
    }

    @Test
    void linesAreCounted() {
        assertRefused(bytes("{\n\"a\":1,\n  oops}"), "line 3, column");
    }

    @Test
    void whatIsNoObjectIsRefused() {
        assertRefused(bytes(""), "the body is empty");
        assertRefused(bytes("   "), "the body is empty");
        assertRefused(bytes("[]"), "must be a JSON object, not a list");
        assertRefused(bytes("null"), "must be a JSON object, not a null");
        assertRefused(bytes("\"text\""), "must be a JSON object, not a string");
    }

    @Test
    void deepNestingIsRefusedWithoutAnyNameOfOurInsides() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertRefused(bytes(deep), "nesting depth");
        String justRight = "{\"a\":" + "[".repeat(JsonBounds.NESTING - 1) + "]".repeat(JsonBounds.NESTING - 1) + "}";
        assertThat(JsonFields.parse(bytes(justRight)).has("a")).isTrue();
    }

    @Test
    void otherEncodingsAreRefusedAndAByteOrderMarkIsNot() {
        assertRefused("{\"a\":1}".getBytes(StandardCharsets.UTF_16), "not valid UTF-8 at byte 1");
        assertRefused("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE), "not valid JSON");
        assertRefused("{\"ä\":1}".getBytes(StandardCharsets.ISO_8859_1), "not valid UTF-8 at byte 3");
        assertThat(JsonFields.parse(bytes("\uFEFF{\"a\":\"é\"}")).text("a")).isEqualTo("é");
    }

    @Test
    void utf8IsHeldToWhatTheJdkTakes() {
        Random random = new Random(7);
        byte[] starts = {0x41, (byte) 0xC0, (byte) 0xC3, (byte) 0xE0, (byte) 0xED, (byte) 0xF0, (byte) 0xF4, (byte) 0xF5
        };
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte)
                        switch (random.nextInt(3)) {
                            case 0 -> starts[random.nextInt(starts.length)];
                            case 1 -> 0x80 + random.nextInt(0x40);
                            default -> random.nextInt(0x80);
                        };
            }
            assertThat(Utf8.firstInvalid(bytes, 0) < 0)
                    .describedAs(() -> HexFormat.of().formatHex(bytes))
                    .isEqualTo(jdkTakes(bytes));
        }
    }

    @Test
    void theLastOfTwoEqualKeysCounts() {
        assertThat(JsonFields.parse(bytes("{\"a\":1,\"a\":\"b\"}")).text("a")).isEqualTo("b");
    }

    @Test
    void halvesOfSurrogatePairsAreReplaced() {
        assertThat(Json.wellFormed("plain")).isEqualTo("plain");
        assertThat(Json.wellFormed("pair \uD83D\uDE00")).isEqualTo("pair \uD83D\uDE00");
        assertThat(Json.wellFormed("\uD83D.")).isEqualTo("\uFFFD.");
        assertThat(Json.wellFormed(".\uDE00\uD83D")).isEqualTo(".\uFFFD\uFFFD");
        assertThat(JsonFields.parse(bytes("{\"a\":\"x\\ud800y\"}")).text("a")).isEqualTo("x\uFFFDy");
    }

    @Test
    void jsonTextIsCopiedAsAValueAndOtherTextAsAString() {
        assertThat(textAsValue("{\"a\" : [1, \"\\ud800\"]}")).isEqualTo("{\"a\":[1,\"\uFFFD\"]}");
        assertThat(textAsValue("{\"a\":1} and more")).isEqualTo("\"{\\\"a\\\":1} and more\"");
        assertThat(textAsValue("{broken")).isEqualTo("\"{broken\"");
    }

    @Test
    void wholeNumbersMayBeWrittenWithAPoint() {
        JsonFields fields = JsonFields.parse(bytes("{\"a\":5.0,\"b\":5.5,\"c\":1e30,\"d\":9223372036854775807}"));
        assertThat(fields.integer("a", 0, 10)).isEqualTo(5);
        assertThatThrownBy(() -> fields.integer("b", 0, 10)).hasMessage("'b' must be an integer between 0 and 10");
        assertThatThrownBy(() -> fields.integer("c", 0, 10)).isInstanceOf(InferenceException.class);
        assertThat(fields.integer("d", Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    }

    private static String textAsValue(String json) {
        return new String(Json.bytes(out -> Json.writeText(out, json)), StandardCharsets.UTF_8);
    }

    private static boolean jdkTakes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static void assertRefused(byte[] body, String why) {
        assertThatThrownBy(() -> JsonFields.parse(body))
                .isInstanceOfSatisfying(
                        InferenceException.class,
                        e -> assertThat(e.getMessage()).contains(why).doesNotContain("StreamRead", "`", "Exception"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
