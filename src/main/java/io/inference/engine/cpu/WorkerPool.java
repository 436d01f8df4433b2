package io.inference.engine.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Shares the tasks of one call among a fixed set of threads, the caller's included. A forward pass makes hundreds of
 * such calls, a few tens of microseconds long each, so a helper watches for the next one for a while before it parks.
 * One thread calls {@link #run} at a time.
 */
final class WorkerPool implements AutoCloseable {
    private static final int SPINS_BEFORE_PARK = 20_000;
    private static final int SPINS_BEFORE_YIELD = 2_000;

    /** One task of a call; {@code worker} tells the threads apart, from 0, so that each can have its own scratch. */
    interface Task {
        void run(int task, int worker);
    }

    /** A call: its tasks, the next to be taken, and how many helpers have yet to leave it. */
    private record Call(Task task, int tasks, AtomicInteger next, AtomicInteger helpersInside) {}

    private final Thread[] helpers;
    private volatile @Nullable Call current;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    WorkerPool(int threads) {
        helpers = new Thread[Math.max(1, threads) - 1];
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] =
                    Thread.ofPlatform().daemon().name("engine-worker-" + worker).start(() -> help(worker));
        }
    }

    int threads() {
        return helpers.length + 1;
    }

    /** Runs {@code task} for each of {@code 0..tasks} and returns when all have ended. */
    void run(int tasks, Task task) {
        if (closed) {
            throw new IllegalStateException("the worker threads have ended");
        }
        if (helpers.length == 0 || tasks <= 1) {
            for (int i = 0; i < tasks; i++) {
                task.run(i, 0);
            }
            return;
        }
        Call call = new Call(task, tasks, new AtomicInteger(), new AtomicInteger(helpers.length));
        current = call;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        try {
            takeTasks(call, 0);
        } finally {
            // Also after a failure: nobody may still be writing when the caller goes on.
            call.next.set(tasks);
            awaitHelpers(call);
        }
        Throwable failed = failure;
        if (failed != null) {
            failure = null;
            throw new IllegalStateException("a worker thread failed", failed);
        }
    }

    private static void takeTasks(Call call, int worker) {
        for (int i = call.next.getAndIncrement(); i < call.tasks; i = call.next.getAndIncrement()) {
            call.task.run(i, worker);
        }
    }

    private static void awaitHelpers(Call call) {
        for (int spins = 0; call.helpersInside.get() > 0; spins++) {
            if (spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private void help(int worker) {
        Call done = null;
        while (!closed) {
            Call call = awaitCall(done);
            if (call == null) {
                return;
            }
            try {
                takeTasks(call, worker);
            } catch (Throwable e) {
                failure = e;
                call.next.set(call.tasks);
            } finally {
                done = call;
                call.helpersInside.decrementAndGet();
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // a call is told from the one before by identity
    private @Nullable Call awaitCall(@Nullable Call done) {
        for (int spins = 0; !closed; spins++) {
            Call call = current;
            if (call != null && call != done) {
                return call;
            }
            if (spins < SPINS_BEFORE_PARK) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
