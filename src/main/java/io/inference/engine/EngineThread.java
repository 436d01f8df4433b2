package io.inference.engine;

import io.inference.engine.batch.Scheduler;
import io.inference.engine.error.DeviceLostException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** The thread that runs a scheduler's steps while there is work, and sleeps otherwise. */
final class EngineThread {
    private static final System.Logger LOG = System.getLogger(EngineThread.class.getName());

    private final Scheduler scheduler;
    private final Consumer<DeviceLostException> onLost;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    /** @param onLost called on this thread, which ends then, if the device of the model is lost */
    EngineThread(Scheduler scheduler, String name, Consumer<DeviceLostException> onLost) {
        this.scheduler = scheduler;
        this.onLost = onLost;
        this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /** Wakes the thread: there is something new for the scheduler. */
    void wake() {
        news.release();
    }

    private void run() {
        try {
            while (!closed) {
                news.drainPermits(); // before the step: a wake-up during it must not be lost
                if (!step()) {
                    news.acquireUninterruptibly();
                }
            }
        } finally {
            scheduler.close();
        }
    }

    /** A step that throws ends the sequences it had; later ones are not affected. */
    private boolean step() {
        try {
            return scheduler.step();
        } catch (DeviceLostException e) {
            closed = true;
            onLost.accept(e);
            return true;
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "a step of the local engine failed", e);
            scheduler.failAll(e);
            return true;
        }
    }

    /** Ends the thread after the current step, and with it every sequence; waits until that is done. */
    void close() {
        closed = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
