package io.inference.api.call;

import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;

/** Hears of every call: the log line and the metrics. */
public interface CallListener {
    void started(Call call);

    /** @param failure null when the call did what it was for */
    void ended(Call call, @Nullable InferenceException failure);
}
