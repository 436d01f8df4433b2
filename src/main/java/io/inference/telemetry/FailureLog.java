package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the cause of a failure that is not the caller's fault: with a stack trace if the fault is in this service, in
 * one line if it is in a backend. The caller receives neither.
 */
class FailureLog implements CallListener {
    private static final Logger log = LoggerFactory.getLogger("io.inference.failures");

    @Override
    public void started(Call call) {}

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        if (failure == null || failure.code().isCallersFault()) {
            return;
        }
        if (failure.code() == ErrorCode.INTERNAL) {
            log.error("{} failed", call.id(), failure);
            return;
        }
        failure.particulars().ifPresent(what -> {
            log.warn("{} {}: {}", call.id(), failure.getMessage(), what);
            log.debug("{}", call.id(), failure);
        });
    }
}
