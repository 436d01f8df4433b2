package io.inference.call;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call in progress. Safe for use by many threads. */
public final class OpenCall {
    private static final Logger log = LoggerFactory.getLogger(OpenCall.class);
    private static final Guard NONE = () -> null;

    private final Call call;
    private final Calls calls;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Guard guard = NONE;

    /** A door's reason to end a call early, such as a disconnected caller. */
    @FunctionalInterface
    public interface Guard {
        /** Asked four times a second, by one thread for all calls; does not block. Null while the call may go on. */
        @Nullable
        ErrorCode reasonToCancel();
    }

    OpenCall(Call call, Calls calls) {
        this.call = call;
        this.calls = calls;
    }

    public Call call() {
        return call;
    }

    public void guard(Guard guard) {
        this.guard = guard;
    }

    public void removeGuard() {
        guard = NONE;
    }

    @Nullable
    ErrorCode reasonToCancel() {
        if (call.cancelled() != null) {
            return null;
        }
        if (!call.remaining().isPositive()) {
            return ErrorCode.TIMEOUT;
        }
        try {
            return guard.reasonToCancel();
        } catch (RuntimeException e) {
            log.warn("the call {} cannot be watched", call.id(), e);
            removeGuard();
            return null;
        }
    }

    /**
     * What the call ends with if its work failed: the reason of its cancellation, else the nearest cause with a reason
     * code, else an internal error.
     */
    public InferenceException failure(Throwable thrown) {
        ErrorCode why = call.cancelled();
        return why != null && InferenceException.in(thrown) != null
                ? Call.cancellation(why)
                : InferenceException.of(thrown);
    }

    /**
     * Ends the call, once: the first outcome counts.
     *
     * @param failure null if the call succeeded
     */
    public void end(@Nullable InferenceException failure) {
        if (ended.compareAndSet(false, true)) {
            calls.ended(this, failure);
        }
    }
}
