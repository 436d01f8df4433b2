package io.inference.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QueueLimiterTest {
    private final QueueLimiter waiting = new QueueLimiter(2);

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

    @Test
    void aCallWhoseTimeIsOverBeforeItsTurnIsRefusedAtOnce() {
        AtomicLong clock = new AtomicLong();
        QueueLimiter queue = new QueueLimiter(100, clock::get);
        Deque<Call> ahead = new ArrayDeque<>();
        for (int i = 0; i < 15; i++) {
            ahead.add(call());
            queue.admit(ahead.getLast());
        }
        for (int i = 0; i < 5; i++) {
            clock.addAndGet(Duration.ofSeconds(10).toNanos());
            ahead.remove().markFirstToken();
        }
        // Ten calls ahead at ten seconds each.
        assertThatThrownBy(() -> queue.admit(new Call("hasty", "grpc", Duration.ofSeconds(30))))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        queue.admit(new Call("patient", "grpc", Duration.ofMinutes(3)));
        clock.addAndGet(Duration.ofMillis(10).toNanos());
        ahead.remove().markFirstToken();
        queue.admit(new Call("after a quick turn", "grpc", Duration.ofSeconds(30)));
        assertThat(queue.count()).isEqualTo(11);
    }

    @Test
    void aCallThatHangsWhileFewComeDoesNotHaveOthersRefused() {
        AtomicLong clock = new AtomicLong();
        QueueLimiter queue = new QueueLimiter(100, clock::get);
        queue.admit(call());
        for (int i = 0; i < 10; i++) {
            clock.addAndGet(Duration.ofMinutes(1).toNanos());
            Call quick = new Call("quick", "grpc", Duration.ofSeconds(20));
            queue.admit(quick);
            clock.addAndGet(Duration.ofMillis(30).toNanos());
            quick.markFirstToken();
        }
        assertThat(queue.count()).isEqualTo(1);
    }

    @Test
    void nobodyIsRefusedForAQueueThatHasNotMovedForLonger() {
        AtomicLong clock = new AtomicLong();
        QueueLimiter queue = new QueueLimiter(100, clock::get);
        for (int i = 0; i < 5; i++) {
            Call slow = call();
            queue.admit(slow);
            clock.addAndGet(Duration.ofSeconds(10).toNanos());
            slow.markFirstToken();
        }
        for (int i = 0; i < 3; i++) {
            queue.admit(call());
        }
        assertThatThrownBy(() -> queue.admit(new Call("hasty", "grpc", Duration.ofSeconds(20))))
                .isInstanceOf(InferenceException.class);
        clock.addAndGet(Duration.ofSeconds(31).toNanos());
        queue.admit(new Call("later", "grpc", Duration.ofSeconds(20)));
        assertThat(queue.count()).isEqualTo(4);
    }

    private static Call call() {
        return new Call("id", "rest", Duration.ofMinutes(1));
    }
}
