package io.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackendCallsTest {
    private final BackendCalls calls = new BackendCalls();

    @Test
    void aCallUnderWayWaitsUntilItsFirstToken() {
        Call call = started("local");
        assertThat(calls.of("local")).isEqualTo(new BackendCalls.Count(1, 1, 0, 0, 0, 0));
        call.markFirstToken();
        assertThat(calls.of("local")).isEqualTo(new BackendCalls.Count(1, 0, 0, 0, 0, 0));
        assertThat(calls.of("ollama")).isEqualTo(new BackendCalls.Count(0, 0, 0, 0, 0, 0));
    }

    @Test
    void whatEndedIsCountedWithItsTokens() {
        Call well = started("local");
        well.setUsage(new Usage(5, 7, 0));
        calls.ended(well, null);
        calls.ended(started("local"), new InferenceException(ErrorCode.BACKEND_FAILED, "gone"));
        assertThat(calls.of("local")).isEqualTo(new BackendCalls.Count(0, 0, 2, 1, 5, 7));
    }

    @Test
    void aCallThatNoBackendGotBelongsToNone() {
        Call call = started("");
        calls.ended(call, new InferenceException(ErrorCode.INVALID_REQUEST, "no"));
        assertThat(calls.of("")).isEqualTo(new BackendCalls.Count(0, 0, 0, 0, 0, 0));
    }

    @Test
    void aCallThatFellBackBelongsToWhoGotItLast() {
        Call call = started("ollama");
        call.setBackend("openai");
        assertThat(calls.of("ollama").active()).isZero();
        calls.ended(call, null);
        assertThat(calls.of("openai").ended()).isEqualTo(1);
        assertThat(calls.of("ollama").ended()).isZero();
    }

    private Call started(String backend) {
        Call call = new Call("req-1", "rest", Duration.ofMinutes(1));
        calls.started(call);
        call.setBackend(backend);
        return call;
    }
}
