package io.inference.grpc.messages;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;

/** A complete answer as a stream of one chunk. */
final class WholeStream implements ChunkStream {
    private final Chunk chunk;
    private boolean given;

    WholeStream(ChatAnswer.Whole answer) {
        Choice choice = answer.choices().getFirst();
        this.chunk = new Chunk(
                0,
                choice.message().content(),
                choice.message().thinking(),
                choice.message().toolCalls(),
                choice.logprobs(),
                choice.finishReason(),
                answer.usage());
    }

    @Override
    public StreamEvent next(Duration timeout) {
        if (given) {
            return StreamEvent.END;
        }
        given = true;
        return chunk;
    }

    @Override
    public void close() {
        // The answer is complete: no work is left to cancel.
    }
}
