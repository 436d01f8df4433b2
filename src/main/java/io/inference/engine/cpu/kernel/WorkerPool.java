package io.inference.engine.cpu.kernel;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Shares the tasks of one call among a fixed set of threads, including the caller's. A forward pass makes hundreds of
 * such calls, a few tens of microseconds long each, so a helper thread spins for the next one for a while before it
 * parks. The caller waits for tasks that a helper has taken, never for a helper as such: on a busy machine a helper may
 * get no core for milliseconds, and then finds no tasks left of the calls that it missed. One thread calls {@link #run}
 * at a time.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS_BEFORE_PARK = 20_000;
    private static final int SPINS_BEFORE_YIELD = 2_000;

    /**
     * One task of a call; {@code worker} identifies the thread, from 0, so that each can have its own scratch memory.
     */
    public interface Task {
        void run(int task, int worker);
    }

    private final Helper[] helpers;
    private volatile @Nullable Call current;
    private volatile boolean closed;

    public WorkerPool(int threads) {
        this(threads, Thread.ofPlatform().daemon().name("engine-worker-", 1).factory());
    }

    /** @param factory makes the helper threads, which must be daemons */
    WorkerPool(int threads, ThreadFactory factory) {
        helpers = new Helper[Math.max(1, threads) - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1, factory);
        }
        for (Helper helper : helpers) {
            helper.thread.start();
        }
    }

    public int threads() {
        return helpers.length + 1;
    }

    /**
     * Runs {@code task} for each of {@code 0..tasks} and returns when all have ended. No thread runs a task then, also
     * after a failure, which drops the tasks that have not begun.
     */
    public void run(int tasks, Task task) {
        if (closed) {
            throw new IllegalStateException("the worker threads have ended");
        }
        if (helpers.length == 0 || tasks <= 1) {
            for (int i = 0; i < tasks; i++) {
                task.run(i, 0);
            }
            return;
        }
        Call call = new Call(task, tasks);
        current = call;
        for (Helper helper : helpers) {
            helper.wake();
        }
        call.work(0);
        call.await();
        Throwable failed = call.failure;
        if (failed != null) {
            throw new IllegalStateException("a worker thread failed", failed);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            helper.wake();
        }
    }

    /**
     * The tasks of one {@link #run}: the next one to be taken, and the number that have neither ended nor been dropped.
     */
    private static final class Call {
        private final Task task;
        private final int tasks;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger left;
        private volatile @Nullable Throwable failure;

        Call(Task task, int tasks) {
            this.task = task;
            this.tasks = tasks;
            this.left = new AtomicInteger(tasks);
        }

        /** Takes tasks until there are none; one that fails drops all that are left. */
        void work(int worker) {
            int ended = 0;
            try {
                for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                    ended++;
                    task.run(i, worker);
                }
            } catch (Throwable e) {
                failure = e;
                ended += Math.max(0, tasks - next.getAndSet(tasks));
            }
            if (ended > 0) {
                left.addAndGet(-ended);
            }
        }

        void await() {
            for (int spins = 0; left.get() > 0; spins++) {
                if (spins < SPINS_BEFORE_YIELD) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }

    private final class Helper {
        private final int worker;
        private final Thread thread;
        private volatile boolean parked;

        Helper(int worker, ThreadFactory factory) {
            this.worker = worker;
            this.thread = factory.newThread(this::help);
        }

        /** Called after {@code current} or {@code closed} was set: a helper checks those before it parks. */
        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        private void help() {
            Call done = null;
            for (Call call = awaitCall(done); call != null; call = awaitCall(done)) {
                call.work(worker);
                done = call;
            }
        }

        /** The next call after {@code done}, or null once the pool is closed. */
        @SuppressWarnings("ReferenceEquality") // a call differs from the one before by identity
        private @Nullable Call awaitCall(@Nullable Call done) {
            for (int spins = 0; !closed; spins++) {
                Call call = current;
                if (call != done) {
                    parked = false;
                    return call;
                }
                if (parked) {
                    LockSupport.park(WorkerPool.this);
                } else if (spins < SPINS_BEFORE_PARK) {
                    Thread.onSpinWait();
                } else {
                    parked = true; // and check once more, for a change just before parking
                }
            }
            return null;
        }
    }
}
