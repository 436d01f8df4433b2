package io.inference.api.stream;

/** Result of {@link ChunkStream#next}. */
public sealed interface StreamEvent permits Chunk, ImageEvent, StreamEvent.Silence, StreamEvent.End {
    StreamEvent SILENCE = new Silence();
    StreamEvent END = new End();

    /** Nothing arrived in time: the moment for a keep-alive. */
    record Silence() implements StreamEvent {}

    /** The answer is complete. */
    record End() implements StreamEvent {}
}
