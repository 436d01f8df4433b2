package io.inference.job;

/** Receives the chunks of a streamed answer while it is generated. */
@FunctionalInterface
public interface ChunkSink {
    /** Exchange property under which the route of jobs carries it. */
    String PROPERTY = "InferenceJobChunks";

    /** Discards the chunks: they are only kept with the answer. */
    ChunkSink NONE = (sequence, chunk) -> {};

    /**
     * Called by one thread, in order. May block, which slows the backend.
     *
     * @param sequence from 0 in every attempt: chunks of a failed attempt are void
     * @param chunk a JSON object
     * @throws io.inference.api.error.InferenceException to end the run with that failure
     */
    void chunk(int sequence, byte[] chunk);
}
