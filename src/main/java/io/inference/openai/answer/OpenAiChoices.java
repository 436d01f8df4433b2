package io.inference.openai.answer;

import io.inference.api.message.AnswerExtras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The choices of one answer, made regular: each has one finish reason, in its last chunk, which fits what it said, and
 * calls of tools that are numbered and whole.
 */
final class OpenAiChoices {
    private final TreeMap<Integer, State> states = new TreeMap<>();
    private int finished;

    /** One choice so far. */
    private static final class State {
        final OpenAiToolCalls calls = new OpenAiToolCalls();
        boolean saidSomething;
        /** Has a finish reason. Held back, since some servers say the reason more than once, or too early. */
        @Nullable
        Chunk last;

        boolean ended;
        /** Other fields of chunks that said nothing else: they go with the next. */
        @Nullable
        AnswerExtras carried;

        Chunk withCarried(Chunk chunk) {
            AnswerExtras before = carried;
            carried = null;
            return before == null ? chunk : chunk.with(merged(before, chunk.extras()));
        }
    }

    void add(Chunk sent, Consumer<Chunk> out) {
        State state = states.computeIfAbsent(sent.index(), index -> new State());
        List<ToolCall> calls = sent.toolCalls().isEmpty() ? sent.toolCalls() : state.calls.number(sent.toolCalls());
        Chunk chunk = with(calls, sent.finishReason(), sent);
        boolean says = saysSomething(chunk);
        state.saidSomething |= says;
        Chunk last = state.last;
        if (last == null) {
            if (chunk.finishReason() != null) {
                state.last = state.withCarried(chunk);
                finished++;
            } else if (says) {
                out.accept(state.withCarried(chunk));
            } else {
                state.carried = merged(state.carried, chunk.extras());
            }
            return;
        }
        FinishReason reason = later(last.finishReason(), chunk.finishReason());
        if (says) {
            if (saysSomething(last)) {
                out.accept(with(last.toolCalls(), null, last));
            }
            state.last = with(chunk.toolCalls(), reason, chunk);
        } else {
            state.last = with(last.toolCalls(), reason, last.with(merged(last.extras(), chunk.extras())));
        }
    }

    /** Gives the last chunk of every choice that has a finish reason. */
    void endFinished(Consumer<Chunk> out) {
        states.forEach((index, state) -> {
            if (state.last != null && !state.ended) {
                end(state, state.last, out);
            }
        });
    }

    /** Gives the last chunk of every choice. */
    void endAll(Consumer<Chunk> out) {
        states.forEach((index, state) -> {
            if (!state.ended) {
                end(state, state.withCarried(state.last == null ? Chunk.of(index, "") : state.last), out);
            }
        });
    }

    boolean isEmpty() {
        return states.isEmpty();
    }

    /** Whether a choice said something, if only that it is finished. */
    boolean isAnswer() {
        return states.values().stream().anyMatch(state -> state.saidSomething || state.last != null);
    }

    /** Whether at least so many have come, and all that have are finished. */
    boolean areFinished(int expected) {
        return finished >= expected && finished == states.size();
    }

    /** Whether all have a finish reason. */
    boolean areFinished() {
        return areFinished(1);
    }

    private static void end(State state, Chunk last, Consumer<Chunk> out) {
        state.ended = true;
        FinishReason reason = last.finishReason();
        if (reason == null || reason == FinishReason.STOP) {
            reason = state.calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
        }
        List<ToolCall> missing = state.calls.missingArguments();
        if (missing.isEmpty()) {
            out.accept(with(last.toolCalls(), reason, last));
        } else {
            List<ToolCall> calls = new ArrayList<>(last.toolCalls());
            calls.addAll(missing);
            out.accept(with(calls, reason, last));
        }
    }

    /** A server that repeats {@code stop} may say at last why it really stopped. */
    private static @Nullable FinishReason later(@Nullable FinishReason before, @Nullable FinishReason reason) {
        return reason == null || reason == FinishReason.STOP ? before : reason;
    }

    /** The chunk with these calls and this reason. Usage comes at the end. */
    private static Chunk with(List<ToolCall> calls, @Nullable FinishReason reason, Chunk chunk) {
        if (calls.equals(chunk.toolCalls()) && reason == chunk.finishReason() && chunk.usage() == null) {
            return chunk;
        }
        return new Chunk(
                chunk.index(), chunk.text(), chunk.thinking(), calls, chunk.logprobs(), reason, null, chunk.extras());
    }

    private static @Nullable AnswerExtras merged(@Nullable AnswerExtras before, @Nullable AnswerExtras later) {
        if (before == null || later == null) {
            return before == null ? later : before;
        }
        return before.merge(later);
    }

    /** The chunk that only names the speaker is no token yet. */
    private static boolean saysSomething(Chunk chunk) {
        return !chunk.text().isEmpty()
                || chunk.thinking() != null
                || !chunk.toolCalls().isEmpty()
                || !chunk.logprobs().isEmpty();
    }
}
