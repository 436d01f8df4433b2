package io.inference.api;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Chunks back into whole choices. */
final class AnswerCollector {
    private final TreeMap<Integer, Parts> choices = new TreeMap<>();
    private Usage usage = Usage.NONE;

    void add(Chunk chunk) {
        Usage told = chunk.usage();
        if (told != null) {
            usage = told;
        }
        choices.computeIfAbsent(chunk.index(), i -> new Parts()).add(chunk);
    }

    ChatAnswer.Whole answer(String model) {
        List<Choice> whole = new ArrayList<>(choices.size());
        choices.forEach((index, parts) -> whole.add(parts.choice(index)));
        return new ChatAnswer.Whole(model, whole, usage);
    }

    /** One choice in the making. */
    private static final class Parts {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder thinking = new StringBuilder();
        private final List<TokenLogprob> logprobs = new ArrayList<>();
        private final TreeMap<Integer, CallParts> toolCalls = new TreeMap<>();
        private FinishReason finishReason = FinishReason.STOP;

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
            FinishReason reason = chunk.finishReason();
            if (reason != null) {
                finishReason = reason;
            }
        }

        Choice choice(int index) {
            List<ToolCall> calls = new ArrayList<>(toolCalls.size());
            toolCalls.forEach((place, parts) -> calls.add(parts.call(place)));
            String thought = thinking.isEmpty() ? null : thinking.toString();
            Message message = new Message(Role.ASSISTANT, text.toString(), thought, List.of(), calls, null, null);
            return new Choice(index, message, finishReason, logprobs);
        }
    }

    /** One tool call in the making. */
    private static final class CallParts {
        private @Nullable String id;
        private @Nullable String name;
        private final StringBuilder arguments = new StringBuilder();

        void add(ToolCall part) {
            id = id == null ? part.id() : id;
            name = name == null ? part.name() : name;
            arguments.append(part.argumentsJson());
        }

        ToolCall call(int index) {
            return new ToolCall(index, id, name, arguments.toString());
        }
    }
}
