package io.inference.conversation.turn;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.conversation.NewMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream whose turn is stored when it ends: complete before its reader gets the end, otherwise as far as it was read.
 */
final class RememberedStream implements ChunkStream {
    private final ChunkStream stream;
    private final String model;
    private final Call call;
    private final Turn turn;
    private final Turns turns;
    private final List<Chunk> chunks = new ArrayList<>(); // guarded by itself

    RememberedStream(ChunkStream stream, String model, Call call, Turn turn, Turns turns) {
        this.stream = stream;
        this.model = model;
        this.call = call;
        this.turn = turn;
        this.turns = turns;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event;
        try {
            event = stream.next(timeout);
        } catch (InferenceException e) {
            cutOff(e.code());
            throw e;
        } catch (RuntimeException e) {
            cutOff(ErrorCode.INTERNAL);
            throw e;
        }
        switch (event) {
            case Chunk chunk -> {
                synchronized (chunks) {
                    chunks.add(chunk);
                }
            }
            case StreamEvent.Silence silence -> {}
            case StreamEvent.End end -> complete();
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
        cutOff(ErrorCode.CANCELLED);
    }

    private void complete() {
        if (turn.end()) {
            turns.store(turn, Answers.complete(answer()));
        }
    }

    /** In the background: the reader has left, or is to get the failure at once. */
    private void cutOff(ErrorCode why) {
        if (!turn.end()) {
            return;
        }
        // Closing a stream makes it fail with an error of its own; the call knows the reason.
        ErrorCode cancelled = call.cancelled();
        List<NewMessage> part = Answers.cutOff(answer(), call.usage(), cancelled == null ? why : cancelled);
        if (part.isEmpty() || turn.isRepeatable()) {
            turns.releaseLater(turn);
        } else {
            turns.storeLater(turn, part);
        }
    }

    private ChatAnswer.Whole answer() {
        List<Chunk> read;
        synchronized (chunks) {
            read = List.copyOf(chunks);
        }
        ChatAnswer.Whole whole = AnswerCollector.collect(read, model);
        return whole.usage().equals(Usage.NONE) ? new ChatAnswer.Whole(model, whole.choices(), call.usage()) : whole;
    }
}
