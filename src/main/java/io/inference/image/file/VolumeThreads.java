package io.inference.image.file;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs work on files on threads of its own, because a thread cannot be ended that waits for a volume.
 * After one has exceeded the time limit, all further work is refused at once, but for probes, until a probe succeeds.
 */
final class VolumeThreads {
    private static final int MOST = 32;

    private final Semaphore places = new Semaphore(MOST);
    /** Idle threads end after a minute. */
    private final Executor threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("image-volume-", 1).factory());

    private final Duration limit;
    private volatile boolean stuck;

    /** @param limit how long work may wait for a thread, and how long it may take */
    VolumeThreads(Duration limit) {
        this.limit = limit;
    }

    /** @throws VolumeStuckException if it takes too long, or something before it does */
    <T> T call(Callable<T> work) throws Exception {
        if (stuck) {
            throw new VolumeStuckException(limit);
        }
        return run(work);
    }

    /** The same, though the volume may be stuck. */
    <T> T probe(Callable<T> work) throws Exception {
        T result = run(work);
        stuck = false;
        return result;
    }

    private <T> T run(Callable<T> work) throws Exception {
        if (!places.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            stuck = true;
            throw new VolumeStuckException(limit);
        }
        FutureTask<T> task = new FutureTask<>(work);
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                places.release();
            }
        });
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            stuck = true;
            task.cancel(true);
            throw new VolumeStuckException(limit);
        } catch (InterruptedException e) {
            task.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** The volume does not answer. */
    static final class VolumeStuckException extends IOException {
        private static final long serialVersionUID = 1L;

        private VolumeStuckException(Duration limit) {
            super("it has not answered within " + limit.toMillis() + " ms");
        }
    }
}
