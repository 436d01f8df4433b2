package io.inference.api.call;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the service: its id, its deadline, the way to cancel it, and what its log line will say. Routes carry
 * it as the exchange property {@value #PROPERTY}, which no wire can set. Safe for use by many threads.
 */
public final class Call {
    public static final String PROPERTY = "InferenceCall";

    private final String id;
    private final String door;
    private final long startNanos = System.nanoTime();
    private final long deadlineNanos;
    private final AtomicReference<@Nullable ErrorCode> cancelled = new AtomicReference<>();
    private @Nullable List<Runnable> hooks;

    private volatile Operation operation = Operation.OTHER;
    private volatile String caller = "anonymous";
    private volatile String model = "";
    private volatile String backend = "";
    private volatile Usage usage = Usage.NONE;
    private volatile long firstTokenNanos;
    private volatile @Nullable Runnable firstTokenHook;

    /** @param timeout how long the whole call may take */
    public Call(String id, String door, Duration timeout) {
        this.id = id;
        this.door = door;
        this.deadlineNanos = startNanos + timeout.toNanos();
    }

    public String id() {
        return id;
    }

    public Operation operation() {
        return operation;
    }

    public void setOperation(Operation operation) {
        this.operation = operation;
    }

    /** Where the call came from: {@code rest}, {@code grpc}, {@code amqp}, {@code batch}, {@code route} or {@code smoke}. */
    public String door() {
        return door;
    }

    public long startNanos() {
        return startNanos;
    }

    /** Time left; zero or less when it is over. */
    public Duration remaining() {
        return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }

    /** Stops the work: runs every hook once, each on this thread. The first reason stays. */
    public void cancel(ErrorCode why) {
        if (!cancelled.compareAndSet(null, why)) {
            return;
        }
        List<Runnable> toRun;
        synchronized (this) {
            toRun = hooks == null ? List.of() : hooks;
            hooks = null;
        }
        toRun.forEach(Runnable::run);
    }

    /** Why the call was cancelled ({@code CANCELLED}, {@code TIMEOUT}, or {@code UNAVAILABLE} when the service stops), or null while it is alive. */
    public @Nullable ErrorCode cancelled() {
        return cancelled.get();
    }

    /**
     * Runs the hook when the call is cancelled, or at once if it already is.
     *
     * @param hook does not block for long and does not throw
     */
    public void onCancel(Runnable hook) {
        synchronized (this) {
            if (cancelled.get() == null) {
                if (hooks == null) {
                    hooks = new ArrayList<>(2);
                }
                hooks.add(hook);
                return;
            }
        }
        hook.run();
    }

    /** Forgets a hook, once what it would have stopped is done. */
    public synchronized void removeOnCancel(Runnable hook) {
        if (hooks != null) {
            hooks.remove(hook);
        }
    }

    /** @throws InferenceException if the call was cancelled */
    public void throwIfCancelled() {
        ErrorCode why = cancelled.get();
        if (why != null) {
            throw cancellation(why);
        }
    }

    /** The failure that a cancelled call ends with. */
    public static InferenceException cancellation(ErrorCode why) {
        return new InferenceException(
                why,
                switch (why) {
                    case TIMEOUT -> "the request took longer than it may";
                    case UNAVAILABLE -> "the service is stopping";
                    default -> "the caller cancelled the request";
                });
    }

    public String caller() {
        return caller;
    }

    public void setCaller(String caller) {
        this.caller = caller;
    }

    public String model() {
        return model;
    }

    public void setModel(String model) {
        this.model = model;
    }

    public String backend() {
        return backend;
    }

    public void setBackend(String backend) {
        this.backend = backend;
    }

    public Usage usage() {
        return usage;
    }

    public void setUsage(Usage usage) {
        this.usage = usage;
    }

    /** Notes that the first token, or the whole answer, is there. Only the first time counts. */
    public void markFirstToken() {
        if (firstTokenNanos == 0) {
            firstTokenNanos = System.nanoTime();
            Runnable hook = firstTokenHook;
            if (hook != null) {
                hook.run();
            }
        }
    }

    /** Runs the hook when the first token is there; one hook a call. */
    public void onFirstToken(Runnable hook) {
        firstTokenHook = hook;
    }

    /** Nanoseconds from the start to the first token; 0 while there is none. */
    public long timeToFirstTokenNanos() {
        long first = firstTokenNanos;
        return first == 0 ? 0 : first - startNanos;
    }
}
