package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.Call;
import io.inference.api.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallWatchTest {
    private final CallWatch watch = new CallWatch();

    @AfterEach
    void stop() {
        watch.close();
    }

    @Test
    void aConnectionThatCannotBeProbedDoesNotEndTheWatchOverOthers() throws InterruptedException {
        CountDownLatch probed = new CountDownLatch(1);
        watch.watch(call(Duration.ofMinutes(1)), () -> {
            probed.countDown();
            throw new IllegalStateException("the connection was recycled");
        });
        assertThat(probed.await(10, TimeUnit.SECONDS)).isTrue();

        Call other = call(Duration.ofMinutes(1));
        CountDownLatch cancelled = new CountDownLatch(1);
        other.onCancel(cancelled::countDown);
        watch.watch(other, () -> true);

        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(other.cancelled()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aCallWhoseTimeIsOverIsCancelledForThat() throws InterruptedException {
        Call late = call(Duration.ZERO);
        CountDownLatch cancelled = new CountDownLatch(1);
        late.onCancel(cancelled::countDown);
        watch.watch(late, null);

        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(late.cancelled()).isEqualTo(ErrorCode.TIMEOUT);
    }

    private static Call call(Duration timeout) {
        return new Call("req-1", "rest", timeout);
    }
}
