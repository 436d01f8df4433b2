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
 *
 * <p>A call may need several requests to backends: each is a {@link #part} with the same deadline, cancelled with the
 * call. The call's usage includes that of its parts.
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
    private volatile String conversation = "";
    private volatile Usage usage = Usage.NONE;
    private volatile long firstTokenNanos;
    private volatile @Nullable Runnable firstTokenHook;
    private volatile boolean dropsUnsupported;
    private volatile List<String> dropped = List.of();
    private volatile @Nullable ProgressListener progressListener;
    private volatile List<Call> parts = List.of();
    private final @Nullable Call whole;

    /** Is notified of the progress of a call that takes several steps. */
    @FunctionalInterface
    public interface ProgressListener {
        /**
         * @param done steps that are done
         * @param total all steps, as far as they are known now; grows if further ones turn out to be needed; 0 if
         *     unknown
         * @param queued requests that the backend does before this one; 0 once it has begun
         */
        void progress(int done, int total, int queued);
    }

    /** @param timeout time limit of the whole call */
    public Call(String id, String door, Duration timeout) {
        this(id, door, timeout, null);
    }

    private Call(String id, String door, Duration timeout, @Nullable Call whole) {
        this.id = id;
        this.door = door;
        this.deadlineNanos = startNanos + timeout.toNanos();
        this.whole = whole;
    }

    /**
     * A request to a backend that is a part of this call. Its model, backend and first token are this call's as well.
     *
     * @param name unique among the parts; follows this call's id in the part's
     */
    public Call part(String name) {
        Call part = child(id + "-" + name, this);
        synchronized (this) {
            List<Call> more = new ArrayList<>(parts);
            more.add(part);
            parts = List.copyOf(more);
        }
        onCancel(cancelling(part));
        return part;
    }

    /**
     * One of several attempts at this call's request, of which one becomes its answer: nothing of it is this call's as
     * well. It is not cancelled with this call unless {@link #cancelling} is one of this call's hooks.
     *
     * @param suffix follows this call's id in the attempt's
     */
    public Call attempt(String suffix) {
        return child(id + suffix, null);
    }

    private Call child(String childId, @Nullable Call of) {
        Call child = new Call(childId, door, remaining(), of);
        child.operation = operation;
        child.caller = caller;
        child.affinity = affinity;
        child.dropsUnsupported = dropsUnsupported;
        return child;
    }

    /** A hook for {@link #onCancel} that cancels another call for the same reason. */
    public Runnable cancelling(Call other) {
        return () -> {
            ErrorCode why = cancelled.get();
            other.cancel(why == null ? ErrorCode.CANCELLED : why);
        };
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

    /**
     * Origin of the call: {@code rest}, {@code grpc}, {@code amqp}, {@code batch}, {@code route}, {@code internal} (a
     * task of the service) or {@code smoke}.
     */
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
        if (whole != null) {
            whole.setModel(model);
        }
    }

    public String backend() {
        return backend;
    }

    /** Sets the backend that is asked now: what was dropped for another one does not count any more. */
    public void setBackend(String backend) {
        this.backend = backend;
        if (!dropped.isEmpty()) {
            dropped = List.of();
        }
        if (whole != null) {
            whole.setBackend(backend);
        }
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

    /** Id of the stored conversation that the answer is part of; empty for none. */
    public String conversation() {
        return conversation;
    }

    public void setConversation(String conversation) {
        this.conversation = conversation;
    }

    /** Tokens used so far, those of all parts included. */
    public Usage usage() {
        Usage sum = usage;
        for (Call part : parts) {
            sum = sum.plus(part.usage());
        }
        return sum;
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
        if (whole != null) {
            whole.markFirstToken();
        }
    }

    /** Sets who is notified of this call's progress; one for each call. */
    public void onProgress(ProgressListener listener) {
        progressListener = listener;
    }

    /** Reports that a step is done. See {@link ProgressListener#progress}. */
    public void reportProgress(int done, int total) {
        reportProgress(done, total, 0);
    }

    /** Reports how far the work is, or how long it has to wait. See {@link ProgressListener#progress}. */
    public void reportProgress(int done, int total, int queued) {
        ProgressListener listener = progressListener;
        if (listener != null) {
            listener.progress(done, total, queued);
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

    /** Adds parameters that were dropped for the backend that is asked now. */
    public void addDropped(List<String> params) {
        List<String> all = new ArrayList<>(dropped);
        params.stream().filter(param -> !all.contains(param)).forEach(all::add);
        dropped = List.copyOf(all);
    }
}
