package io.inference.job;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;

/** Runs a job by the flows of its operation, the same as at every door. */
public interface JobRunner {
    /**
     * Runs it to its end, on this thread.
     *
     * @param call the run's deadline and the way to cancel it
     * @param chunks receives the chunks of a streamed answer
     * @throws InferenceException with the reason of the failure
     */
    JobAnswer run(Job job, byte[] payload, Call call, ChunkSink chunks);
}
