package io.inference.upstream;

import io.inference.api.answer.Choice;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.stream.Chunk;
import java.util.List;

/** A whole answer on the wire has the shape of a single chunk; this makes of it the choice that it is. */
public final class WholeChoices {
    private WholeChoices() {}

    public static Choice of(Chunk chunk) {
        Message message =
                new Message(Role.ASSISTANT, chunk.text(), chunk.thinking(), List.of(), chunk.toolCalls(), null, null);
        FinishReason reason = chunk.finishReason();
        return new Choice(chunk.index(), message, reason == null ? FinishReason.STOP : reason, chunk.logprobs());
    }
}
