package io.inference.conversation.turn;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ObservedStream;
import io.inference.conversation.NewMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream whose turn is stored when it ends: complete before its reader gets the end, otherwise as far as it was read.
 */
final class RememberedStream extends ObservedStream {
    private final String model;
    private final Call call;
    private final Turn turn;
    private final Turns turns;
    private final List<Chunk> chunks = new ArrayList<>(); // guarded by itself

    RememberedStream(ChunkStream stream, String model, Call call, Turn turn, Turns turns) {
        super(stream, call);
        this.model = model;
        this.call = call;
        this.turn = turn;
        this.turns = turns;
    }

    @Override
    protected void read(Chunk chunk) {
        synchronized (chunks) {
            chunks.add(chunk);
        }
    }

    @Override
    protected void complete() {
        if (turn.end()) {
            turns.store(turn, Answers.complete(answer()));
        }
    }

    /** In the background: the reader has left, or is to get the failure at once. */
    @Override
    protected void brokenOff(ErrorCode why) {
        if (!turn.end()) {
            return;
        }
        List<NewMessage> part = Answers.cutOff(answer(), call.usage(), why);
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
