package io.inference.local;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.engine.error.ContextOverflowException;
import io.inference.engine.error.DeviceLostException;
import io.inference.engine.error.EngineBusyException;
import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.InvalidJobException;
import io.inference.engine.error.UnsupportedModelException;
import io.inference.local.store.ModelStoreException;
import java.time.Duration;

/** Converts failures of the engine into reason codes. */
final class LocalFailures {
    static final String STOPPING = "the local engine is stopping";

    /** How long a model takes to move from a lost GPU to the CPU, more or less. */
    private static final Duration RETRY_ON_CPU = Duration.ofSeconds(5);

    private LocalFailures() {}

    /** Why a model cannot run, in one line for the operator. */
    static String cause(Throwable failure) {
        return switch (failure) {
            case EngineException _, ModelStoreException _ -> String.valueOf(failure.getMessage());
            case OutOfMemoryError _ -> "there is not enough memory for it: " + failure.getMessage();
            default -> "the engine fails to open it: " + failure;
        };
    }

    static InferenceException of(EngineException failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure) {
            case ContextOverflowException tooLong ->
                new InferenceException(ErrorCode.CONTEXT_LENGTH_EXCEEDED, message, tooLong);
            case EngineBusyException busy ->
                InferenceException.retryLater(ErrorCode.OVERLOADED, message, busy.retryAfter());
            case EngineClosedException closed -> new InferenceException(ErrorCode.UNAVAILABLE, STOPPING, closed);
            case DeviceLostException lost ->
                InferenceException.retryLater(ErrorCode.UNAVAILABLE, message, RETRY_ON_CPU);
            case UnsupportedModelException unsupported ->
                new InferenceException(ErrorCode.UNSUPPORTED, message, unsupported);
            case InvalidJobException invalid -> new InferenceException(ErrorCode.INVALID_REQUEST, message, invalid);
            default -> new InferenceException(ErrorCode.BACKEND_FAILED, "the local engine failed", failure);
        };
    }
}
