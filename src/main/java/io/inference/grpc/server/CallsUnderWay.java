package io.inference.grpc.server;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The calls that were let in: no more than may be at once, none for longer than it may take, and when the last one is over. */
final class CallsUnderWay implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final int most;
    private final Duration messageTimeout;
    private final Map<Call, BooleanSupplier> calls = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("grpc-call-watch").daemon().factory());
    private int count;
    private boolean draining;

    /** Whether a call is let in. */
    enum Entry {
        IN,
        TOO_MANY,
        STOPPING
    }

    /** @param messageTimeout how long a call may keep its message back, and its place from others */
    CallsUnderWay(int most, Duration messageTimeout) {
        this.most = most;
        this.messageTimeout = messageTimeout;
        var ignored = timer.scheduleWithFixedDelay(
                this::cancelLate, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Who is let in leaves. */
    synchronized Entry enter() {
        if (draining) {
            return Entry.STOPPING;
        }
        if (count >= most) {
            return Entry.TOO_MANY;
        }
        count++;
        return Entry.IN;
    }

    synchronized void leave() {
        count--;
        if (count == 0) {
            notifyAll();
        }
    }

    /**
     * Looks after the time of a call until it is forgotten.
     *
     * @param waits whether its message is still to come
     */
    void watch(Call call, BooleanSupplier waits) {
        calls.put(call, waits);
    }

    void forget(Call call) {
        calls.remove(call);
    }

    private void cancelLate() {
        calls.forEach((call, waits) -> {
            boolean late = !call.remaining().isPositive()
                    || System.nanoTime() - call.startNanos() > messageTimeout.toNanos() && waits.getAsBoolean();
            if (late && call.cancelled() == null) {
                Thread.ofVirtual().name("cancel").start(() -> call.cancel(ErrorCode.TIMEOUT));
            }
        });
    }

    /** Lets nobody in any more, and waits for those who are; then cancels the rest. */
    void drain(Duration grace) {
        long until = System.nanoTime() + grace.toNanos();
        try {
            awaitNone(until);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.keySet().forEach(call -> call.cancel(ErrorCode.UNAVAILABLE));
    }

    private synchronized void awaitNone(long untilNanos) throws InterruptedException {
        draining = true;
        while (count > 0) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
            if (leftMillis <= 0) {
                return;
            }
            wait(leftMillis);
        }
    }

    /** Refuses whoever comes from now on. */
    synchronized void refuseNew() {
        draining = true;
    }

    synchronized boolean any() {
        return count > 0;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
