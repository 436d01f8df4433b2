package io.inference.job;

/** Takes the chunks of a streamed answer while it is being made. */
@FunctionalInterface
public interface ChunkSink {
    /** Exchange property under which the route of jobs carries it. */
    String PROPERTY = "InferenceJobChunks";

    /** Takes none: the chunks are only kept with the answer. */
    ChunkSink NONE = (sequence, chunk) -> {};

    /**
     * Called by one thread, in order. May block, which slows the backend.
     *
     * @param sequence from 0 in every attempt: what an attempt that failed had sent is void
     * @param chunk a JSON object
     * @throws io.inference.api.error.InferenceException to break the run off, with what it shall end with
     */
    void chunk(int sequence, byte[] chunk);
}
