package io.inference.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallsTest {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Calls calls = new Calls(List.of(new Recorder()), Duration.ZERO);

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void aCallWhoseTimeIsOverIsCancelledUnlessItHasEnded() {
        OpenCall done = calls.open(call(Duration.ofMinutes(1)));
        done.end(null);
        // Only now, and before the other: the watch may look at any moment.
        done.call().limit(Duration.ZERO);
        OpenCall late = calls.open(call(Duration.ofMillis(1)));
        await().untilAsserted(() -> assertThat(late.call().cancelled()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(done.call().cancelled()).isNull();
    }

    @Test
    void aGuardEndsItsCallAndOneThatFailsEndsNoOther() {
        OpenCall broken = calls.open(call(Duration.ofMinutes(1)));
        broken.guard(() -> {
            throw new IllegalStateException("the connection was recycled");
        });
        OpenCall guarded = calls.open(call(Duration.ofMinutes(1)));
        guarded.guard(() -> ErrorCode.CANCELLED);
        await().untilAsserted(() -> assertThat(guarded.call().cancelled()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(broken.call().cancelled()).isNull();
    }

    @Test
    void listenersAreNotifiedOnceOfTheFirstOutcome() {
        OpenCall open = calls.open(call(Duration.ofMinutes(1)));
        open.end(new InferenceException(ErrorCode.OVERLOADED, "full"));
        open.end(null);
        assertThat(heard).containsExactly("started", "ended OVERLOADED");
    }

    @Test
    void aStopCancelsWhatOutlastsTheGraceAndWhatComesAfterIt() {
        OpenCall outlasting = calls.open(call(Duration.ofMinutes(1)));
        calls.stop();
        await().untilAsserted(() -> assertThat(outlasting.call().cancelled()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(calls.open(call(Duration.ofMinutes(1))).call().cancelled()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aFailureOfACancelledCallIsItsCancellation() {
        OpenCall open = calls.open(call(Duration.ofMinutes(1)));
        var torn = new IllegalStateException(new InferenceException(ErrorCode.BACKEND_FAILED, "the connection broke"));
        assertThat(open.failure(torn).code()).isEqualTo(ErrorCode.BACKEND_FAILED);
        open.call().cancel(ErrorCode.UNAVAILABLE);
        assertThat(open.failure(torn).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aFaultOfOurOwnStaysOneIfTheCallWasCancelled() {
        OpenCall open = calls.open(call(Duration.ofMinutes(1)));
        open.call().cancel(ErrorCode.CANCELLED);
        InferenceException failure = open.failure(new NullPointerException("a secret"));
        assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure).hasMessageNotContaining("secret");
    }

    private static Call call(Duration timeout) {
        return new Call("id", "rest", timeout);
    }

    private final class Recorder implements CallListener {
        @Override
        public void started(Call call) {
            heard.add("started");
        }

        @Override
        public void ended(Call call, @Nullable InferenceException failure) {
            heard.add("ended " + (failure == null ? "ok" : failure.code()));
        }
    }
}
