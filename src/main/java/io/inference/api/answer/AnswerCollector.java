package io.inference.api.answer;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.AnswerExtras;
import io.inference.api.message.Extras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects chunks into complete choices. */
public final class AnswerCollector {
    private final TreeMap<Integer, Parts> choices = new TreeMap<>();
    private Usage usage = Usage.NONE;
    private Extras extras = Extras.NONE;

    private AnswerCollector() {}

    /**
     * Reads a stream to its end and closes it.
     *
     * @param model the model that answers, as the backend names it
     * @throws InferenceException if the stream fails, or the call is cancelled
     */
    public static ChatAnswer.Whole collect(ChunkStream stream, String model, Call call) {
        Runnable stop = stream::close;
        call.onCancel(stop);
        try (stream) {
            AnswerCollector collector = new AnswerCollector();
            while (true) {
                switch (stream.next(Duration.ofMinutes(1))) {
                    case Chunk chunk -> collector.add(chunk);
                    case ImageEvent image -> throw new IllegalStateException("an answer of texts has no pictures");
                    case StreamEvent.Silence ignored -> call.throwIfCancelled();
                    case StreamEvent.End ignored -> {
                        call.throwIfCancelled();
                        return collector.answer(model);
                    }
                }
            }
        } catch (InferenceException e) {
            // Closing the stream makes it fail with an error of its own; the call knows the reason.
            call.throwIfCancelled();
            throw e;
        } finally {
            call.removeOnCancel(stop);
        }
    }

    /** The answer that a list of all its chunks makes. */
    public static ChatAnswer.Whole collect(List<Chunk> chunks, String model) {
        AnswerCollector collector = new AnswerCollector();
        chunks.forEach(collector::add);
        return collector.answer(model);
    }

    private void add(Chunk chunk) {
        Usage reported = chunk.usage();
        if (reported != null) {
            usage = reported;
        }
        AnswerExtras beside = chunk.extras();
        if (beside != null && !beside.answer().isEmpty()) {
            extras = beside.answer();
        }
        choices.computeIfAbsent(chunk.index(), i -> new Parts()).add(chunk);
    }

    private ChatAnswer.Whole answer(String model) {
        List<Choice> whole = new ArrayList<>(choices.size());
        choices.forEach((index, parts) -> whole.add(parts.choice(index)));
        return new ChatAnswer.Whole(model, whole, usage, extras);
    }

    /** One choice while it is collected. */
    private static final class Parts {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder thinking = new StringBuilder();
        private final List<TokenLogprob> logprobs = new ArrayList<>();
        private final TreeMap<Integer, CallParts> toolCalls = new TreeMap<>();
        private FinishReason finishReason = FinishReason.STOP;
        private AnswerExtras extras = AnswerExtras.NONE;

        void add(Chunk chunk) {
            text.append(chunk.text());
            String thought = chunk.thinking();
            if (thought != null) {
                thinking.append(thought);
            }
            logprobs.addAll(chunk.logprobs());
            for (ToolCall part : chunk.toolCalls()) {
                toolCalls.computeIfAbsent(part.index(), i -> new CallParts()).add(part);
            }
            AnswerExtras beside = chunk.extras();
            if (beside != null) {
                extras = extras.merge(beside);
            }
            FinishReason reason = chunk.finishReason();
            if (reason != null) {
                finishReason = reason;
            }
        }

        Choice choice(int index) {
            List<ToolCall> calls = new ArrayList<>(toolCalls.size());
            toolCalls.forEach((place, parts) -> calls.add(parts.call(place)));
            String thought = thinking.isEmpty() ? null : thinking.toString();
            Message message = new Message(
                    Role.ASSISTANT,
                    text.toString(),
                    thought,
                    List.of(),
                    calls,
                    null,
                    null,
                    List.of(),
                    extras.message());
            return new Choice(index, message, finishReason, logprobs, extras.choice());
        }
    }

    /** One tool call while it is collected. */
    private static final class CallParts {
        private @Nullable String id;
        private @Nullable String name;
        private final StringBuilder arguments = new StringBuilder();
        private Extras extras = Extras.NONE;

        void add(ToolCall part) {
            extras = extras.merge(part.extras());
            id = id == null ? part.id() : id;
            name = name == null ? part.name() : name;
            arguments.append(part.argumentsJson());
        }

        ToolCall call(int index) {
            return new ToolCall(index, id, name, arguments.toString(), extras);
        }
    }
}
