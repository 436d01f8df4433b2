package io.inference.call;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * The calls in progress, from every door. Cancels those that exceed their deadline, those that their guard wants to end
 * and, if the service stops, those that outlast the grace.
 */
public final class Calls implements SmartLifecycle, AutoCloseable {
    /** The phase in which the web server waits for its requests: all doors wait at the same time. */
    public static final int DOORS_PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final List<CallListener> listeners;
    private final Duration grace;
    private final Set<OpenCall> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("call-watch").daemon().factory());
    private volatile boolean running;
    private volatile boolean graceOver;

    /**
     * @param listeners are notified of every call
     * @param grace time that a stop leaves to calls in progress
     */
    public Calls(List<CallListener> listeners, Duration grace) {
        this.listeners = List.copyOf(listeners);
        this.grace = grace;
        var ignored = timer.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Opens a call. The code that opens it has to end it, whatever its outcome. */
    public OpenCall open(Call call) {
        listeners.forEach(listener -> listener.started(call));
        OpenCall opened = new OpenCall(call, this);
        open.add(opened);
        if (graceOver) {
            call.cancel(ErrorCode.UNAVAILABLE);
        }
        return opened;
    }

    void ended(OpenCall ended, @Nullable InferenceException failure) {
        open.remove(ended);
        listeners.forEach(listener -> listener.ended(ended.call(), failure));
    }

    private void look() {
        for (OpenCall each : open) {
            ErrorCode why = each.reasonToCancel();
            if (why != null) {
                // Hooks may take a moment, and there is one timer for all calls.
                Thread.ofVirtual().name("cancel").start(() -> each.call().cancel(why));
            }
        }
    }

    private void cancelAll() {
        graceOver = true;
        open.forEach(each -> each.call().cancel(ErrorCode.UNAVAILABLE));
    }

    @Override
    public void start() {
        running = true;
    }

    /**
     * Returns at once: each door waits for its own calls, and those that are left when the grace is over are cancelled.
     */
    @Override
    public void stop() {
        running = false;
        var ignored = timer.schedule(this::cancelAll, grace.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DOORS_PHASE;
    }

    /** Cancels every call that is left. */
    @Override
    public void close() {
        timer.shutdownNow();
        cancelAll();
    }
}
