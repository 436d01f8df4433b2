package io.inference.job;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;

/** Runs a job by the flows that its operation has at every door. */
public interface JobRunner {
    /**
     * Runs it to its end, on this thread.
     *
     * @param call the run's deadline and the way to cancel it
     * @param chunks told while a streamed answer is made
     * @throws InferenceException with the reason for which it failed
     */
    JobAnswer run(Job job, byte[] payload, Call call, ChunkSink chunks);
}
