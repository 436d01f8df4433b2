package io.inference.job.worker;

import io.inference.call.Calls;
import io.inference.job.EndedJob;
import io.inference.job.JobListener;
import io.inference.job.JobRunner;
import io.inference.job.store.JobLeases;
import io.inference.job.store.Retries;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parts of the service that runs need. */
record JobRunContext(
        JobRunner runner,
        JobLeases leases,
        Retries retries,
        Duration timeout,
        InstantSource clock,
        Calls calls,
        Supplier<List<JobListener>> listeners) {
    private static final Logger log = LoggerFactory.getLogger(JobRunContext.class);

    void notifyListeners(Consumer<JobListener> what) {
        for (JobListener listener : listeners.get()) {
            try {
                what.accept(listener);
            } catch (RuntimeException e) {
                log.warn(
                        "{} failed on the notification of a job",
                        listener.getClass().getSimpleName(),
                        e);
            }
        }
    }

    void notifyEnded(EndedJob ended) {
        notifyListeners(listener -> listener.ended(ended));
    }
}
