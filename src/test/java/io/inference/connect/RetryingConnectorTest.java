package io.inference.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryingConnectorTest {
    private static final Duration A_MILLISECOND = Duration.ofMillis(1);

    @Test
    void attemptsEndWithTheFirstThatSucceeds() {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (RetryingConnector opener = new RetryingConnector("test", A_MILLISECOND, A_MILLISECOND, () -> {
            boolean opened = attempts.incrementAndGet() == 5;
            if (opened) {
                done.countDown();
            }
            return opened;
        })) {
            opener.start();
            await().until(() -> done.getCount() == 0);
            assertThat(opener.isClosed()).isFalse();
        }
        assertThat(attempts).hasValue(5);
    }

    @Test
    void pausesDoubleUpToTheLongest() throws Exception {
        List<Long> times = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        try (RetryingConnector opener =
                new RetryingConnector("test", Duration.ofMillis(20), Duration.ofMillis(50), () -> {
                    times.add(System.nanoTime());
                    if (times.size() == 4) {
                        done.countDown();
                    }
                    return times.size() == 4;
                })) {
            opener.start();
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(pauseMillis(times, 1)).isGreaterThanOrEqualTo(20);
        assertThat(pauseMillis(times, 2)).isGreaterThanOrEqualTo(40);
        assertThat(pauseMillis(times, 3)).isGreaterThanOrEqualTo(50);
    }

    private static long pauseMillis(List<Long> times, int attempt) {
        return (times.get(attempt) - times.get(attempt - 1)) / 1_000_000;
    }

    @Test
    void closingEndsAPauseAndInterruptsAnAttempt() throws Exception {
        CountDownLatch pausing = new CountDownLatch(1);
        RetryingConnector inAPause = new RetryingConnector("test", Duration.ofHours(1), Duration.ofHours(1), () -> {
            pausing.countDown();
            return false;
        });
        inAPause.start();
        assertThat(pausing.await(20, TimeUnit.SECONDS)).isTrue();
        inAPause.close();
        assertThat(inAPause.isClosed()).isTrue();

        CountDownLatch trying = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        RetryingConnector inAnAttempt = new RetryingConnector("test", A_MILLISECOND, A_MILLISECOND, () -> {
            trying.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return false;
        });
        inAnAttempt.start();
        assertThat(trying.await(20, TimeUnit.SECONDS)).isTrue();
        inAnAttempt.close();
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
