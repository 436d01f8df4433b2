package io.inference.call;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.springframework.context.SmartLifecycle;

/** Work that is due in one phase of a stop, and nothing at a start. */
public final class StopStep implements SmartLifecycle {
    private static final int LOOK_MILLIS = 20;

    private final int phase;
    private final Runnable work;
    private volatile boolean running;

    public StopStep(int phase, Runnable work) {
        this.phase = phase;
        this.work = work;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        work.run();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    /** Waits until a condition holds, for a limited time; no longer once the thread is interrupted. */
    public static void await(BooleanSupplier condition, Duration longest) {
        long since = System.nanoTime();
        try {
            while (!condition.getAsBoolean() && System.nanoTime() - since < longest.toNanos()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
