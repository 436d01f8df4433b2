package io.inference.job;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * Why a run of a job failed, as reported to its caller.
 *
 * @param param the field of the payload that is at fault; null if none is
 */
public record JobError(
        ErrorCode code, String message, @Nullable String param) {
    public static JobError of(InferenceException failure) {
        String message = failure.getMessage();
        return new JobError(
                failure.code(),
                message == null ? failure.code().reason() : message,
                failure.param().orElse(null));
    }

    /** This error as an exception. */
    public InferenceException failure() {
        return InferenceException.restored(code, message, param);
    }
}
