package io.inference.api.call;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * State of one request: its id, deadline, cancellation, and the fields of its log line. Routes carry it as the exchange
 * property {@value #PROPERTY}, which no header or field of a request can set. Thread-safe.
 */
public final class Call {
    public static final String PROPERTY = "InferenceCall";

    private final String id;
    private final String door;
    private final long startNanos = System.nanoTime();
    private volatile long deadlineNanos;
    private final AtomicReference<@Nullable ErrorCode> cancelled = new AtomicReference<>();
    private @Nullable List<Runnable> hooks;

    private volatile Operation operation = Operation.OTHER;
    private volatile String caller = "anonymous";
    private volatile String model = "";
    private volatile String backend = "";
    private volatile String affinity = "";
    private volatile List<Object> avoided = List.of();
    private volatile Usage usage = Usage.NONE;
    private volatile long firstTokenNanos;
    private volatile @Nullable Runnable firstTokenHook;
    private volatile boolean dropsUnsupported;
    private volatile List<String> dropped = List.of();

    /** @param timeout time limit of the whole call */
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

    /** Origin of the call: {@code rest}, {@code grpc}, {@code amqp}, {@code batch}, {@code route} or {@code smoke}. */
    public String door() {
        return door;
    }

    public long startNanos() {
        return startNanos;
    }

    /** Time left; zero or less after the deadline. */
    public Duration remaining() {
        return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }

    /** Brings the deadline forward; a later one than the present changes nothing. */
    public synchronized void limit(Duration fromNow) {
        long wanted = System.nanoTime() + fromNow.toNanos();
        if (wanted - deadlineNanos < 0) {
            deadlineNanos = wanted;
        }
    }

    /** Stops the work: runs every hook once, each on this thread. Later reasons are ignored. */
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

    /**
     * Why the call was cancelled ({@code CANCELLED}, {@code TIMEOUT}, or {@code UNAVAILABLE} when the service stops),
     * or null if it was not.
     */
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

    /** Removes a hook when the work that it would stop has ended. */
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

    /** Calls with the same text prefer the same replica of a backend; empty for no preference. */
    public String affinity() {
        return affinity;
    }

    public void setAffinity(String key) {
        this.affinity = key;
    }

    /** Records a server that broke off its answer to this call: another one is preferred from now on. */
    public synchronized void avoid(Object server) {
        List<Object> more = new ArrayList<>(avoided);
        more.add(server);
        avoided = List.copyOf(more);
    }

    public boolean avoids(Object server) {
        return avoided.contains(server);
    }

    public Usage usage() {
        return usage;
    }

    public void setUsage(Usage usage) {
        this.usage = usage;
    }

    /** Records that the first token, or the whole answer, has arrived. Only the first time counts. */
    public void markFirstToken() {
        if (firstTokenNanos == 0) {
            firstTokenNanos = System.nanoTime();
            Runnable hook = firstTokenHook;
            if (hook != null) {
                hook.run();
            }
        }
    }

    /** Sets the hook to run when the first token arrives; one for each call. */
    public void onFirstToken(Runnable hook) {
        firstTokenHook = hook;
    }

    /** Nanoseconds from the start to the first token; 0 while there is none. */
    public long timeToFirstTokenNanos() {
        long first = firstTokenNanos;
        return first == 0 ? 0 : first - startNanos;
    }

    /** Whether parameters that a backend cannot honour are dropped, since the caller allowed it, instead of refused. */
    public boolean dropsUnsupported() {
        return dropsUnsupported;
    }

    public void dropUnsupported() {
        dropsUnsupported = true;
    }

    /** Parameters that were dropped for the backend that was tried last, each once; empty if none. */
    public List<String> dropped() {
        return dropped;
    }

    public void setDropped(List<String> params) {
        dropped = List.copyOf(params);
    }
}
