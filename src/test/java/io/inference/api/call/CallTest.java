package io.inference.api.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallTest {
    private final Call call = new Call("id", "rest", Duration.ofMinutes(1));
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void cancellingRunsEachHookOnceAndKeepsTheFirstReason() {
        call.onCancel(runs::incrementAndGet);
        call.cancel(ErrorCode.TIMEOUT);
        call.cancel(ErrorCode.CANCELLED);
        assertThat(runs).hasValue(1);
        assertThat(call.cancelled()).isEqualTo(ErrorCode.TIMEOUT);
        assertThatThrownBy(call::throwIfCancelled)
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }

    @Test
    void aHookThatComesTooLateRunsAtOnce() {
        call.cancel(ErrorCode.CANCELLED);
        call.onCancel(runs::incrementAndGet);
        assertThat(runs).hasValue(1);
    }

    @Test
    void aHookThatWasRemovedDoesNotRun() {
        Runnable hook = runs::incrementAndGet;
        call.onCancel(hook);
        call.removeOnCancel(hook);
        call.cancel(ErrorCode.CANCELLED);
        assertThat(runs).hasValue(0);
    }

    @Test
    void noHookIsLostHoweverCancelAndRegistrationMeet() throws InterruptedException {
        for (int i = 0; i < 2000; i++) {
            Call raced = new Call("id", "rest", Duration.ofMinutes(1));
            AtomicInteger ran = new AtomicInteger();
            Thread canceller = Thread.ofVirtual().start(() -> raced.cancel(ErrorCode.CANCELLED));
            raced.onCancel(ran::incrementAndGet);
            canceller.join();
            assertThat(ran).hasValue(1);
        }
    }

    @Test
    void onlyTheFirstTokenCounts() {
        call.onFirstToken(runs::incrementAndGet);
        assertThat(call.timeToFirstTokenNanos()).isZero();
        call.markFirstToken();
        long first = call.timeToFirstTokenNanos();
        call.markFirstToken();
        assertThat(call.timeToFirstTokenNanos()).isEqualTo(first).isPositive();
        assertThat(runs).hasValue(1);
    }

    @Test
    void whatWasDroppedIsThatOfTheBackendThatIsAskedLast() {
        Call call = new Call("id", "rest", Duration.ofMinutes(1));
        call.setBackend("one");
        call.addDropped(List.of("seed"));
        call.addDropped(List.of("seed", "logit_bias"));
        assertThat(call.dropped()).containsExactly("seed", "logit_bias");

        call.setBackend("another");
        assertThat(call.dropped()).isEmpty();
    }
}
