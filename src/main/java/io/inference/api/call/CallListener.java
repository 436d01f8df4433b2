package io.inference.api.call;

import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;

/** Is notified of the end of every call, for the log line and the metrics. */
public interface CallListener {
    void started(Call call);

    /** @param failure null if the call succeeded */
    void ended(Call call, @Nullable InferenceException failure);
}
