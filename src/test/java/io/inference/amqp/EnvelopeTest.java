package io.inference.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.job.JobPriority;
import io.inference.job.JobTask;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    @Test
    void aRequestIsReadWithWhatItLeavesOut() {
        Envelope full = Envelope.of(read("{\"correlation_id\":\"a\",\"priority\":\"low\",\"timestamp\":1.5,"
                + "\"task\":\"image_editing\",\"type\":\"request\",\"payload\":{}}"));
        assertThat(full).isEqualTo(new Envelope("a", JobPriority.LOW, "1.5", JobTask.IMAGE_EDITING));
        Envelope short_ = Envelope.of(read("{\"task\":\"chat\",\"payload\":{},\"unknown\":[1]}"));
        assertThat(short_).isEqualTo(new Envelope(null, JobPriority.MEDIUM, null, JobTask.CHAT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"payload\":{}}",
                "{\"task\":\"chat\"}",
                "{\"task\":\"chat\",\"payload\":\"{}\"}",
                "{\"task\":\"chat\",\"payload\":{},\"type\":\"result\"}",
                "{\"task\":\"chat\",\"payload\":{},\"priority\":\"urgent\"}",
                "{\"task\":\"chat\",\"payload\":{},\"priority\":1}",
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

    @Test
    void deepNestingAndInvalidUtf8AreRefused() {
        String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertThatThrownBy(() -> read(deep)).hasMessageContaining("not valid JSON");
        assertThatThrownBy(() -> Wire.object(new byte[] {'{', (byte) 0xFF, '}'}))
                .hasMessageContaining("UTF-8");
    }

    @Test
    void numbersOfAPayloadAreKeptAsTheyAre() {
        String json = "{\"a\":12345678901234567890,\"b\":0.1234567890123456789}";
        assertThat(Wire.text(read(json))).isEqualTo(json);
    }

    private static Map<?, ?> read(String json) {
        return Wire.object(json.getBytes(StandardCharsets.UTF_8));
    }
}
