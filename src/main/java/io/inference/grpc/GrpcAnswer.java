package io.inference.grpc;

import com.google.protobuf.Message;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamedAnswer;
import java.util.function.Function;

/** What a route of the gRPC door leaves as its body. */
public sealed interface GrpcAnswer {
    /** Exchange property: whether the method's answers are streams. */
    String STREAM_WANTED = "InferenceStreamWanted";

    /** An answer of one message. */
    record Whole(Message message) implements GrpcAnswer {}

    /**
     * A streamed answer. The code that consumes it closes the chunks.
     *
     * @param encoder turns a chunk into a message
     */
    record Streamed(ChunkStream chunks, Function<Chunk, Message> encoder) implements GrpcAnswer, StreamedAnswer {}

    /**
     * Pictures, sent as their events come. The code that consumes it closes the chunks.
     *
     * @param encoder turns an event into a message
     */
    record Pictures(ChunkStream chunks, Function<ImageEvent, Message> encoder) implements GrpcAnswer, StreamedAnswer {}
}
