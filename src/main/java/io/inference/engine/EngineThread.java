package io.inference.engine;

import io.inference.engine.batch.Scheduler;
import java.util.concurrent.Semaphore;

/** The thread that steps a scheduler while there is work, and sleeps while there is none. */
final class EngineThread {
    private static final System.Logger LOG = System.getLogger(EngineThread.class.getName());

    private final Scheduler scheduler;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    EngineThread(Scheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /** Something changed that the scheduler should look at. */
    void wake() {
        news.release();
    }

    private void run() {
        try {
            while (!closed) {
                news.drainPermits(); // before the step: what comes during it is looked at after it
                if (!step()) {
                    news.acquireUninterruptibly();
                }
            }
        } finally {
            scheduler.close();
        }
    }

    /** A step that throws costs the sequences that it had, not those to come. */
    private boolean step() {
        try {
            return scheduler.step();
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "a step of the local engine failed", e);
            scheduler.failAll(e);
            return true;
        }
    }

    /** Ends the thread after the step under way, and every sequence with it; returns when that is done. */
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
