package io.inference.local.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Progress progress = new Progress(
            StoreFixture.catalogue(StoreFixture.REMOTE).find(StoreFixture.ID).orElseThrow(),
            FetchListener.NONE,
            nanos::get);

    @Test
    void logsEveryTenthOfAFastFetch() {
        for (int bytes = 0; bytes <= StoreFixture.CONTENT.length; bytes += 1000) {
            progress.at(bytes);
        }
        assertThat(progress.lines()).isEqualTo(10);
    }

    @Test
    void logsEveryFiveSecondsOfASlowOne() {
        for (int second = 1; second <= 60; second++) {
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            progress.at(second);
        }
        assertThat(progress.lines()).isEqualTo(12);
    }
}
