package io.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.inference.api.error.InferenceException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTokensTest {
    @Test
    void writesAGivenValueAsItIs() {
        assertThat(written("{\"a\": [1, 2.50, \"\u00e9\"]}")).isEqualTo("{\"v\":{\"a\": [1, 2.50, \"\u00e9\"]}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "1} , \"model\": {\"x\":1", "{} {}", "nope", "{}}"})
    void whatIsNotOneValueCannotReachTheBody(String text) {
        assertThatThrownBy(() -> written(text))
                .asInstanceOf(type(InferenceException.class))
                .returns("tools", e -> e.param().orElseThrow());
    }

    private static String written(String value) {
        byte[] body = JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeFieldName("v");
            JsonTokens.writeValue(json, value, "tools");
            json.writeEndObject();
        });
        return new String(body, StandardCharsets.UTF_8);
    }
}
