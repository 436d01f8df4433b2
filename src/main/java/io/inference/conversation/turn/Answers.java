package io.inference.conversation.turn;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.conversation.NewMessage;
import io.inference.conversation.Outcome;
import io.inference.conversation.StoredMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of models as messages to store, without the model's reasoning. */
final class Answers {
    private Answers() {}

    /** A complete answer; empty if the backend gave no choice. */
    static List<NewMessage> complete(ChatAnswer.Whole answer) {
        return answer.choices().stream()
                .limit(1)
                .map(choice -> message(
                        answer, choice, choice.message().toolCalls(), choice.finishReason(), null, answer.usage()))
                .toList();
    }

    /**
     * The text of an answer that was cut off; empty if there is none. Its tool calls are left out: the last one may be
     * half a call, and none of them was made.
     */
    static List<NewMessage> cutOff(ChatAnswer.Whole answer, Usage usage, ErrorCode why) {
        return answer.choices().stream()
                .limit(1)
                .filter(choice -> !choice.message().content().isBlank())
                .map(choice -> message(answer, choice, List.of(), null, why, usage))
                .toList();
    }

    /** A stored answer, as its backend gave it. */
    static ChatAnswer.Whole stored(StoredMessage answer, Outcome outcome) {
        FinishReason reason = outcome.finishReason() == null ? FinishReason.STOP : outcome.finishReason();
        return new ChatAnswer.Whole(
                outcome.model(),
                List.of(new Choice(0, answer.message(), reason, List.of())),
                new Usage(outcome.promptTokens(), outcome.completionTokens(), 0));
    }

    private static NewMessage message(
            ChatAnswer.Whole answer,
            Choice choice,
            List<io.inference.api.message.ToolCall> toolCalls,
            @Nullable FinishReason reason,
            @Nullable ErrorCode failure,
            Usage usage) {
        Message message =
                new Message(Role.ASSISTANT, choice.message().content(), null, List.of(), toolCalls, null, null);
        var outcome = new Outcome(answer.model(), reason, failure, usage.promptTokens(), usage.completionTokens());
        return new NewMessage(message, outcome, Instant.now());
    }
}
