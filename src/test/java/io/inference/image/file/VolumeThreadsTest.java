package io.inference.image.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.image.file.VolumeThreads.VolumeStuckException;
import java.time.Duration;
import java.util.concurrent.Callable;
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

    /** A busy machine may take longer than the limit, which looks like a volume that hangs: then again. */
    private void succeeds(Callable<Boolean> work) {
        await().ignoreExceptionsInstanceOf(VolumeStuckException.class).until(work);
    }

    @Test
    void afterOneHangsNoOtherIsStartedUntilAProbeSucceeds() {
        succeeds(() -> threads.probe(() -> 6) == 6 && threads.call(() -> 7) == 7);
        assertThatThrownBy(() -> threads.call(this::hang)).isInstanceOf(VolumeStuckException.class);
        AtomicInteger started = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> threads.call(started::incrementAndGet)).isInstanceOf(VolumeStuckException.class);
        }
        assertThat(started).hasValue(0);
        assertThatThrownBy(() -> threads.probe(this::hang)).isInstanceOf(VolumeStuckException.class);
        assertThatThrownBy(() -> threads.call(started::incrementAndGet)).isInstanceOf(VolumeStuckException.class);
        // The first two still hang, as after a mount anew.
        assertThat(started).hasValue(0);
        succeeds(() -> threads.probe(() -> 8) == 8 && threads.call(started::incrementAndGet) == started.get());
        assertThat(started.get()).isPositive();
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
