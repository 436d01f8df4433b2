package io.inference.amqp.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.job.JobTask;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    @Test
    void aRequestIsReadWithWhatItLeavesOut() {
        Envelope full = Envelope.of(read("{\"correlation_id\":\"a\",\"priority\":\"low\",\"timestamp\":1.5,"
                + "\"task\":\"image_editing\",\"type\":\"request\",\"payload\":{}}"));
        assertThat(full).isEqualTo(new Envelope("a", "1.5", JobTask.IMAGE_EDITING));
        Envelope short_ = Envelope.of(read("{\"task\":\"chat\",\"payload\":{},\"unknown\":[1]}"));
        assertThat(short_).isEqualTo(new Envelope(null, null, JobTask.CHAT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"payload\":{}}",
                "{\"task\":\"chat\"}",
                "{\"task\":\"chat\",\"payload\":\"{}\"}",
                "{\"task\":\"chat\",\"payload\":{},\"type\":\"result\"}",
                "{\"task\":\"chat\",\"payload\":{},\"priority\":\"urgent\"}",
                "{\"task\":\"chat\",\"payload\":{},\"correlation_id\":7}",
                "{\"task\":\"chat\",\"payload\":{},\"timestamp\":[]}",
                "{\"task\":\"chat\",\"payload\":{}} {}",
                "nothing",
                "",
                "7",
            })
    void whatIsNoRequestIsRefusedAsSuch(String json) {
        assertThatThrownBy(() -> Envelope.of(read(json)))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"priority\":0",
                "\"priority\":10",
                "\"priority\":5.5",
                "\"priority\":1e1",
                "\"priority\":\"7\"",
                "\"priority\":\"High\"",
                "\"priority\":\" low \"",
                "\"priority\":\"\"",
                "\"priority\":null",
                "\"type\":null",
                "\"type\":\"\"",
                "\"type\":\"REQUEST\"",
                "\"task\":\"Chat\"",
                "\"timestamp\":null",
                "\"timestamp\":1767225600",
                "\"timestamp\":1767225600.123456",
                "\"timestamp\":\"1767225600000\"",
                "\"timestamp\":\"2026-01-01T00:00:00.000000+00:00\"",
                "\"timestamp\":\"\"",
                "\"correlation_id\":null",
            })
    void whatOtherSystemsSendIsAccepted(String field) {
        String base = field.startsWith("\"task\"") ? "" : "\"task\":\"chat\",";
        assertThat(Envelope.of(read("{" + base + field + ",\"payload\":{}}")).task())
                .isEqualTo(JobTask.CHAT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "priority | 11 | high, medium, low or a number from 0 to 10",
                "priority | -1 | high, medium, low or a number from 0 to 10",
                "priority | 10.5 | high, medium, low or a number from 0 to 10",
                "priority | 1e999999999 | high, medium, low or a number from 0 to 10",
                "priority | \"11\" | high, medium, low or a number from 0 to 10",
                "priority | \"NaN\" | high, medium, low or a number from 0 to 10",
                "priority | \"urgent\" | high, medium, low or a number from 0 to 10",
                "priority | true | high, medium, low or a number from 0 to 10",
                "priority | [5] | high, medium, low or a number from 0 to 10",
                "priority | {\"level\":5} | high, medium, low or a number from 0 to 10",
                "timestamp | true | text or a number",
                "timestamp | {\"$date\":1} | text or a number",
                "timestamp | \"2026-01-01T00:00:00.0000000000000000000000000000000000000000000000000Z\" | 64 "
                        + "characters",
                "type | \"response\" | must be request",
                "type | 1 | must be text",
                "task | \"dance\" | no such task",
                "correlation_id | 7 | must be text",
            })
    void whatIsOfNoUseIsRefusedByTheFieldsName(String field, String value, String words) {
        String base = field.equals("task") ? "" : "\"task\":\"chat\",";
        assertThatThrownBy(() -> Envelope.of(read("{" + base + "\"" + field + "\":" + value + ",\"payload\":{}}")))
                .isInstanceOfSatisfying(InferenceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e.param()).contains(field);
                    assertThat(e).hasMessageContaining(words);
                });
    }

    @Test
    void deepNestingAndInvalidUtf8AreRefused() {
        String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertThatThrownBy(() -> read(deep)).hasMessageContaining("not valid JSON");
        assertThatThrownBy(() -> EnvelopeJson.message(new byte[] {'{', (byte) 0xFF, '}'}))
                .hasMessageContaining("UTF-8");
    }

    @Test
    void numbersOfAPayloadAreKeptAsTheyAre() {
        String json = "{\"a\":12345678901234567890,\"b\":0.1234567890123456789}";
        assertThat(EnvelopeJson.text(read(json))).isEqualTo(json);
    }

    private static Map<?, ?> read(String json) {
        return EnvelopeJson.message(json.getBytes(StandardCharsets.UTF_8));
    }
}
