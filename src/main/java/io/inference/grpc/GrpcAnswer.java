package io.inference.grpc;

import com.google.protobuf.Message;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamedAnswer;
import java.util.function.Function;

/** What a route of the gRPC door leaves as its body. */
public sealed interface GrpcAnswer {
    /** Exchange property: whether the method's answers are streams. */
    String STREAM_WANTED = "InferenceStreamWanted";

    /** An answer of one message. */
    record Whole(Message message) implements GrpcAnswer {}

    /**
     * An answer in the making. Who holds it closes the chunks.
     *
     * @param encoder makes a chunk a message
     */
    record Streamed(ChunkStream chunks, Function<Chunk, Message> encoder) implements GrpcAnswer, StreamedAnswer {}
}
