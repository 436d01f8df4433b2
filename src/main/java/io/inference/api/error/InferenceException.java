package io.inference.api.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failed call, with a reason code. The message is sent to the caller: no class names, no secrets. */
public class InferenceException extends RuntimeException {
    /** Exchange property under which a route stores the failure that its door is to send. */
    public static final String PROPERTY = "InferenceFailure";

    private static final int MAX_SHOWN_CHARS = 200;
    private static final Duration RETRY_SOON = Duration.ofSeconds(1);

    private final ErrorCode code;
    private final @Nullable String param;
    private final @Nullable Duration retryAfter;

    public InferenceException(ErrorCode code, String message) {
        this(code, message, null, null, null);
    }

    public InferenceException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(code, message, null, null, cause);
    }

    /** A kind of its own that may be temporary. */
    protected InferenceException(ErrorCode code, String message, Duration retryAfter) {
        this(code, message, null, retryAfter, null);
    }

    private InferenceException(
            ErrorCode code,
            String message,
            @Nullable String param,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.param = param;
        this.retryAfter = retryAfter;
    }

    /**
     * A stored failure, rebuilt.
     *
     * @param param name of the request field at fault; null if none is
     */
    public static InferenceException restored(ErrorCode code, String message, @Nullable String param) {
        return new InferenceException(code, message, param, null, null);
    }

    /** The nearest cause that has a reason code; null if there is none, which means a fault of this service. */
    public static @Nullable InferenceException in(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InferenceException known) {
                return known;
            }
        }
        return null;
    }

    /** The failure to send to a caller: the nearest cause that has a reason code, otherwise an internal error. */
    public static InferenceException of(Throwable failure) {
        InferenceException known = in(failure);
        return known == null
                ? new InferenceException(
                        ErrorCode.INTERNAL, "the service failed; the log has the request's id", failure)
                : known;
    }

    /** A request that is wrong in one field. */
    public static InferenceException invalid(String param, String message) {
        return new InferenceException(ErrorCode.INVALID_REQUEST, message, param, null, null);
    }

    /** A request for a feature that the backend, or the service, does not have. */
    public static InferenceException unsupported(String param, String message) {
        return new InferenceException(ErrorCode.UNSUPPORTED, message, param, null, null);
    }

    /** A request for a feature that is not configured. */
    public static InferenceException notConfigured(String param, String message) {
        return new InferenceException(ErrorCode.NOT_CONFIGURED, message, param, null, null);
    }

    public static InferenceException modelNotFound(String model) {
        String shown = model.length() <= MAX_SHOWN_CHARS ? model : model.substring(0, MAX_SHOWN_CHARS) + "…";
        return new InferenceException(
                ErrorCode.MODEL_NOT_FOUND, "model '" + shown + "' not found", "model", null, null);
    }

    /**
     * Something that does not exist or belongs to another caller: callers must not be able to distinguish the two.
     *
     * @param what such as {@code job}
     */
    public static InferenceException noSuch(String what) {
        return new InferenceException(ErrorCode.NOT_FOUND, "there is no " + what + " of that id");
    }

    /** A failure that may be temporary. */
    public static InferenceException retryLater(ErrorCode code, String message, Duration retryAfter) {
        return new InferenceException(code, message, null, retryAfter, null);
    }

    public ErrorCode code() {
        return code;
    }

    /** The request field at fault, in the naming of the door. */
    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /**
     * The cause of the failure, in one line of bounded length, only for the log; empty if the message says everything.
     */
    public Optional<String> particulars() {
        Throwable cause = getCause();
        if (cause == null) {
            return Optional.empty();
        }
        String line =
                (cause.getClass().getSimpleName() + ": " + cause.getMessage()).replaceAll("[\\p{Cntrl}\\s]+", " ");
        return Optional.of(line.length() <= MAX_SHOWN_CHARS ? line : line.substring(0, MAX_SHOWN_CHARS) + "…");
    }

    /** When to retry: always present for a code that requires it, even if no time was given. */
    public Optional<Duration> retryAfter() {
        return retryAfter == null && code.isTemporary() ? Optional.of(RETRY_SOON) : Optional.ofNullable(retryAfter);
    }
}
