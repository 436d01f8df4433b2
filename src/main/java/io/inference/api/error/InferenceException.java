package io.inference.api.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that failed, with the reason that its door tells the caller. The message is for the caller: no class names, no secrets. */
public class InferenceException extends RuntimeException {
    /** Exchange property under which a route leaves the failure that its door shall tell. */
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
     * A failure that was kept and is told again.
     *
     * @param param the request field at fault; null where none is
     */
    public static InferenceException told(ErrorCode code, String message, @Nullable String param) {
        return new InferenceException(code, message, param, null, null);
    }

    /** The nearest cause that has a reason code; null if a failure is a fault of our own. */
    public static @Nullable InferenceException in(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InferenceException known) {
                return known;
            }
        }
        return null;
    }

    /** What a caller is told of a failure: its nearest cause that has a reason code, else that the fault is our own. */
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

    /** A request for what the backend, or the service, cannot do. */
    public static InferenceException unsupported(String param, String message) {
        return new InferenceException(ErrorCode.UNSUPPORTED, message, param, null, null);
    }

    /** A request for what this service could do, were it set up for it. */
    public static InferenceException notConfigured(String param, String message) {
        return new InferenceException(ErrorCode.NOT_CONFIGURED, message, param, null, null);
    }

    public static InferenceException modelNotFound(String model) {
        String shown = model.length() <= MAX_SHOWN_CHARS ? model : model.substring(0, MAX_SHOWN_CHARS) + "…";
        return new InferenceException(
                ErrorCode.MODEL_NOT_FOUND, "model '" + shown + "' not found", "model", null, null);
    }

    /**
     * Something that is not there, or is another caller's: the two must not be told apart.
     *
     * @param what such as {@code job}
     */
    public static InferenceException noSuch(String what) {
        return new InferenceException(ErrorCode.NOT_FOUND, "there is no " + what + " of that id");
    }

    /** A failure that may be gone after a while. */
    public static InferenceException retryLater(ErrorCode code, String message, Duration retryAfter) {
        return new InferenceException(code, message, null, retryAfter, null);
    }

    public ErrorCode code() {
        return code;
    }

    /** The request field at fault, in the door's own naming. */
    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /** What lies behind the failure, in one line of bounded length for the log alone; empty where the message says all. */
    public Optional<String> particulars() {
        Throwable cause = getCause();
        if (cause == null) {
            return Optional.empty();
        }
        String line =
                (cause.getClass().getSimpleName() + ": " + cause.getMessage()).replaceAll("[\\p{Cntrl}\\s]+", " ");
        return Optional.of(line.length() <= MAX_SHOWN_CHARS ? line : line.substring(0, MAX_SHOWN_CHARS) + "…");
    }

    /** When to try again: always there for a code that promises it, whoever failed to say when. */
    public Optional<Duration> retryAfter() {
        return retryAfter == null && code.isTemporary() ? Optional.of(RETRY_SOON) : Optional.ofNullable(retryAfter);
    }
}
