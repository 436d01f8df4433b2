package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator what lay behind a failure that was not the caller's: a stack trace where the fault is ours, a line where it is a
 * backend's. The caller is told neither.
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
