package io.inference.image.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.image.file.VolumeThreads.VolumeStuckException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VolumeThreadsTest {
    private final VolumeThreads threads = new VolumeThreads(Duration.ofMillis(50));
    private final CountDownLatch free = new CountDownLatch(1);

    private int hang() throws InterruptedException {
        boolean interrupted = false;
        while (true) {
            try {
                free.await();
                break;
            } catch (InterruptedException e) {
                // As a call of the kernel that does not return.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    @Test
    void afterOneHangsNoOtherIsStartedUntilAProbeSucceeds() throws Exception {
        assertThat(threads.call(() -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> threads.call(this::hang)).isInstanceOf(VolumeStuckException.class);
        AtomicInteger started = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> threads.call(started::incrementAndGet)).isInstanceOf(VolumeStuckException.class);
        }
        assertThat(started).hasValue(0);
        assertThatThrownBy(() -> threads.probe(this::hang)).isInstanceOf(VolumeStuckException.class);
        assertThatThrownBy(() -> threads.call(started::incrementAndGet)).isInstanceOf(VolumeStuckException.class);
        // The first two still hang, as after a mount anew.
        assertThat(threads.probe(() -> 8)).isEqualTo(8);
        assertThat(threads.call(started::incrementAndGet)).isEqualTo(1);
        free.countDown();
    }

    @Test
    void probesThatHangAreBounded() {
        AtomicInteger started = new AtomicInteger();
        for (int i = 0; i < 40; i++) {
            assertThatThrownBy(() -> threads.probe(() -> {
                        started.incrementAndGet();
                        return hang();
                    }))
                    .isInstanceOf(VolumeStuckException.class);
        }
        assertThat(started.get()).isLessThanOrEqualTo(32);
        free.countDown();
    }
}
