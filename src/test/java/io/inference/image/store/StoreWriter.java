package io.inference.image.store;

import io.inference.api.call.Caller;
import io.inference.api.image.ImageData;
import io.inference.database.Database;
import io.inference.database.DatabaseAddress;
import io.inference.image.SamplePictures;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A process that stores pictures until it is killed; writes a line for each that is stored. */
final class StoreWriter {
    private static final int THREADS = 4;
    private static final int MOST = 100_000;

    private StoreWriter() {}

    /** @param args folder, JDBC address, user, password, number of the first picture */
    public static void main(String[] args) throws Exception {
        DatabaseAddress address = new DatabaseAddress(args[1], args[2], args[3], THREADS);
        AtomicInteger next = new AtomicInteger(Integer.parseInt(args[4]));
        try (TestStore store = TestStore.of(Path.of(args[0]), Database.open(() -> address))) {
            Caller owner = StoredImagesIT.user("writer", "one");
            List<Thread> threads = IntStream.range(0, THREADS)
                    .mapToObj(i -> Thread.startVirtualThread(() -> {
                        for (int seed = next.getAndIncrement(); seed < MOST; seed = next.getAndIncrement()) {
                            // Every third picture has the bytes of another.
                            byte[] bytes = SamplePictures.png(60, 40, seed - seed % 3 / 2);
                            store.images()
                                    .store(
                                            owner,
                                            new ImageData("image/png", bytes),
                                            TestStore.generated("no. " + seed));
                            System.out.println(seed);
                        }
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
