package io.inference.amqp.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.error.InferenceException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
    private static final String PAYLOAD = "{ \"model\" : \"m\\u00e9\", \"n\": 1.50, \"n\": 2e3,\n"
            + "\t\"messages\": [{\"content\": \"日 \\ud83d\", \"x\": null}], \"empty\": {} }";

    private static final String MESSAGE =
            "{\"ü\":[{}], \"task\" : \"chat\",\"payload\"  :  " + PAYLOAD + "  , \"priority\":1}";

    @Test
    void itIsKeptAsItCameIfNothingChangesIt() {
        Payload payload = payload(MESSAGE);
        assertThat(payload.modelName()).isEqualTo("mé");
        assertThat(text(payload)).isEqualTo(PAYLOAD);
        assertThat(payload).containsKeys("model", "n", "messages", "empty").hasSize(4);
        assertThat(text(payload)).isEqualTo(PAYLOAD);
    }

    @Test
    void itIsWrittenAgainIfARouteChangesIt() {
        Payload payload = payload("{\"payload\": {\"model\": \"a\", \"messages\": [{\"content\": \"b\"}]}}");
        payload.put("model", "c");
        assertThat(text(payload)).isEqualTo("{\"model\":\"c\",\"messages\":[{\"content\":\"b\"}]}");
        payload.remove("model");
        ((List<?>) payload.get("messages")).clear();
        assertThat(text(payload)).isEqualTo("{\"messages\":[]}");
    }

    @Test
    void theLastOfTwoEqualNamesCounts() {
        assertThat(payload("{\"payload\":{\"model\":\"a\",\"model\":1},\"payload\":{\"model\":\"b\"}}")
                        .modelName())
                .isEqualTo("b");
        assertThat(payload("{\"payload\":{\"model\":\"a\",\"model\":1}}").modelName())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"payload\":{\"a\":[1,}}",
                "{\"payload\":{\"a\":1",
                "{\"payload\":{\"a\":01}}",
                "{\"payload\":{\"a\":\"\\x\"}}",
                "{\"payload\":{\"a\":{}}}}",
                "\uFEFF{\"payload\":{}}",
            })
    void whatIsNotReadIsJsonAllTheSame(String message) {
        assertThatThrownBy(() -> read(message))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("not valid JSON at line 1, column");
    }

    @Test
    void whatIsNotReadIsHeldToTheBounds() {
        for (String value : List.of("[".repeat(128) + "]".repeat(128), "1".repeat(1001))) {
            assertThatThrownBy(() -> read("{\"payload\":{\"a\":" + value + "}}"))
                    .hasMessageContaining("not valid JSON");
        }
        assertThat(payload("{\"payload\":{\"a\":" + "[".repeat(127) + "]".repeat(127) + "}}"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "simple | ${body[payload][model]}",
                "simple | ${body[payload][messages][0][content]}",
                "simple | ${body.payload.model}",
                "simple | ${body.payload.modelName}",
                "simple | ${body.payload.size}",
                "simple | ${body.payload.size()}",
                "simple | ${body[payload]}",
                "simple | ${body}",
                "jsonpath | $.payload",
                "jsonpath | $.payload.model",
                "jsonpath | $.payload.messages[0].content",
                "jsonpath | $..content",
                "jsonpath | $.payload.messages[?(@.content)]",
            })
    void anExpressionOfARouteReadsItLikeAMap(String language, String expression) throws Exception {
        try (var camel = new DefaultCamelContext()) {
            camel.start();
            Map<?, ?> plain =
                    new ObjectMapper().readValue(MESSAGE.replace("1.50", "1").replace("2e3", "2"), Map.class);
            Map<?, ?> ours = read(MESSAGE.replace("1.50", "1").replace("2e3", "2"));
            assertThat(evaluate(camel, language, expression, ours))
                    .isEqualTo(evaluate(camel, language, expression, plain));
        }
    }

    @Test
    void theRouteThatTakesItOutLeavesItAsItCame() throws Exception {
        try (var camel = new DefaultCamelContext()) {
            camel.start();
            Map<?, ?> message = read(MESSAGE);
            assertThat(evaluate(camel, "jsonpath", "$.payload", message)).isSameAs(message.get("payload"));
        }
    }

    private static Object evaluate(DefaultCamelContext camel, String language, String expression, Object body) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(body);
        var resolved = camel.resolveLanguage(language).createExpression(expression);
        resolved.init(camel);
        try {
            return resolved.evaluate(exchange, Object.class);
        } catch (RuntimeException e) {
            return e.getClass();
        }
    }

    private static Payload payload(String message) {
        return (Payload) read(message).get("payload");
    }

    private static Map<String, Object> read(String message) {
        return EnvelopeJson.message(message.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Payload payload) {
        return new String(payload.toBytes(), StandardCharsets.UTF_8);
    }
}
