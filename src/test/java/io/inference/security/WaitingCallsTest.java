package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.Call;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitingCallsTest {
    private final WaitingCalls waiting = new WaitingCalls(2);

    @Test
    void oneMoreThanMayWaitIsRefusedAtOnceAndToldWhenToComeBack() {
        waiting.admit(call());
        waiting.admit(call());
        assertThatThrownBy(() -> waiting.admit(call())).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(e.retryAfter()).isPresent();
        });
        assertThat(waiting.count()).isEqualTo(2);
    }

    @Test
    void aCallThatAsksTwiceCountsOnce() {
        Call twice = call();
        waiting.admit(twice);
        waiting.admit(twice);
        assertThat(waiting.count()).isEqualTo(1);
        waiting.ended(twice, null);
        assertThat(waiting.count()).isZero();
    }

    @Test
    void aFirstTokenMakesRoom() {
        Call first = call();
        waiting.admit(first);
        waiting.admit(call());
        first.markFirstToken();
        waiting.admit(call());
        waiting.ended(first, null);
        assertThat(waiting.count()).isEqualTo(2);
    }

    @Test
    void aCallThatEndsWithoutATokenMakesRoomOnce() {
        Call failed = call();
        waiting.admit(failed);
        waiting.ended(failed, new InferenceException(ErrorCode.BACKEND_FAILED, "x"));
        waiting.ended(failed, null);
        assertThat(waiting.count()).isZero();
    }

    @Test
    void aCallThatWasNeverAdmittedChangesNothing() {
        waiting.ended(call(), null);
        assertThat(waiting.count()).isZero();
    }

    private static Call call() {
        return new Call("id", "rest", Duration.ofMinutes(1));
    }
}
