package io.inference.job.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DeliveryNotesTest {
    @Test
    void whatComesWhileOneIsWrittenGoesIntoTheNext() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<List<UUID>> written = new CopyOnWriteArrayList<>();
        DeliveryNotes notes = new DeliveryNotes(ids -> {
            written.add(ids);
            started.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        List<UUID> ids = Stream.generate(UUID::randomUUID).limit(20).toList();
        notes.add(ids.getFirst());
        started.await();
        ids.subList(1, 20).forEach(notes::add);
        goOn.countDown();
        await().until(() -> written.size() == 2);
        assertThat(written).containsExactly(ids.subList(0, 1), ids.subList(1, 20));
    }

    @Test
    void aDatabaseThatIsAwayLosesNotesAndNothingElse() {
        List<UUID> written = new CopyOnWriteArrayList<>();
        CountDownLatch failed = new CountDownLatch(1);
        DeliveryNotes notes = new DeliveryNotes(ids -> {
            if (failed.getCount() > 0) {
                failed.countDown();
                throw new InferenceException(ErrorCode.UNAVAILABLE, "away");
            }
            written.addAll(ids);
        });
        notes.add(UUID.randomUUID());
        await().until(() -> failed.getCount() == 0);
        UUID later = UUID.randomUUID();
        notes.add(later);
        await().until(() -> written.contains(later));
    }
}
