package io.inference.image.store;

import io.inference.api.call.Caller;
import io.inference.api.image.ImageData;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.image.ImageQuery;
import io.inference.image.SamplePictures;
import io.inference.image.check.CheckedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;

/**
 * Storing a PNG of 1 MB against writing the same bytes durably, one after the other in turn, in the same folder:
 * {@code write, fsync, rename, fsync of the folder}.
 */
public final class StoreBenchmark {
    private static final int WARM_UP = 20;
    private static final int ROUNDS = Integer.getInteger("rounds", 400);
    private static final Caller OWNER = StoredImagesIT.user("bench", "one");

    private StoreBenchmark() {}

    private interface Work {
        void run() throws Exception;
    }

    /** @param args the folder; without, {@code target/store-benchmark} */
    public static void main(String[] args) throws Exception {
        Path below = Path.of(args.length > 0 ? args[0] : "target/store-benchmark");
        Path folder = below.resolve(UUID.randomUUID().toString());
        Path bare = Files.createDirectories(folder.resolve("bare"));
        var address = SharedPostgres.fresh("images_benchmark");
        double[][] millis = new double[4][ROUNDS];
        try (TestStore store = TestStore.of(folder.resolve("store"), Database.open(() -> address))) {
            byte[] bytes = SamplePictures.png(590, 590, 1);
            byte[] other = SamplePictures.png(590, 590, 2);
            for (int i = -WARM_UP; i < ROUNDS; i++) {
                int at = Math.max(0, i);
                CheckedImage[] checked = new CheckedImage[1];
                millis[0][at] = millis(() -> writeDurably(bare, bytes));
                millis[1][at] = millis(() -> checked[0] = store.check().check(ByteBuffer.wrap(bytes)));
                millis[2][at] = millis(() -> store.images().keep(OWNER, checked[0], TestStore.generated("a cat")));
                millis[3][at] = millis(() ->
                        store.images().store(OWNER, new ImageData("image/png", other), TestStore.generated("a cat")));
                // So that the next round writes the same bytes again.
                store.images()
                        .list(OWNER, new ImageQuery(null, null, 10))
                        .images()
                        .forEach(image -> store.images().delete(OWNER, image.id()));
            }
        }
        report("write, fsync, rename, fsync", millis[0]);
        report("check", millis[1]);
        report("store what was checked", millis[2]);
        report("check and store", millis[3]);
    }

    private static void writeDurably(Path folder, byte[] bytes) throws IOException {
        Path temporary = folder.resolve("next");
        try (FileChannel channel =
                FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer all = ByteBuffer.wrap(bytes);
            while (all.hasRemaining()) {
                int ignored = channel.write(all);
            }
            channel.force(true);
        }
        Files.move(temporary, folder.resolve("picture"), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static double millis(Work work) throws Exception {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1e6;
    }

    private static void report(String what, double[] millis) {
        Arrays.sort(millis);
        System.out.printf(
                "%s: p50 %.2f ms, p99 %.2f ms%n", what, millis[millis.length / 2], millis[millis.length * 99 / 100]);
    }
}
