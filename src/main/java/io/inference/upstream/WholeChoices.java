package io.inference.upstream;

import io.inference.api.answer.Choice;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.stream.Chunk;
import java.util.List;

/** Converts a whole answer, which has the structure of a single chunk, into a choice. */
public final class WholeChoices {
    private WholeChoices() {}

    public static Choice of(Chunk chunk) {
        Message message =
                new Message(Role.ASSISTANT, chunk.text(), chunk.thinking(), List.of(), chunk.toolCalls(), null, null);
        FinishReason reason = chunk.finishReason();
        return new Choice(chunk.index(), message, reason == null ? FinishReason.STOP : reason, chunk.logprobs());
    }
}
