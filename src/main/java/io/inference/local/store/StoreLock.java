package io.inference.local.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A lock among threads and processes: on a file beside the model. The operating system releases it when a process dies.
 * The file is not deleted, since another process may be about to lock it.
 */
final class StoreLock implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for the lock; {@code waiting} runs once if it is not free. */
    static StoreLock acquire(Path file, Runnable waiting) throws IOException, InterruptedException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            boolean reported = false;
            while (tryLock(channel) == null) {
                if (!reported) {
                    waiting.run();
                    reported = true;
                }
                // Waiting for a lock of another thread of this process is not possible; it is tried again.
                Thread.sleep(POLL);
            }
            locked = true;
            return new StoreLock(channel);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
