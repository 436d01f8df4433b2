package io.inference.http.ollama.answer;

import io.inference.api.message.ToolCall;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Joins the parts of streamed tool calls. */
final class ToolCallParts {
    private final Map<Integer, Parts> byIndex = new TreeMap<>();

    private static final class Parts {
        private @Nullable String id;
        private @Nullable String name;
        private final StringBuilder arguments = new StringBuilder();
    }

    void add(List<ToolCall> pieces) {
        for (ToolCall piece : pieces) {
            Parts parts = byIndex.computeIfAbsent(piece.index(), index -> new Parts());
            parts.id = parts.id == null ? piece.id() : parts.id;
            parts.name = parts.name == null ? piece.name() : parts.name;
            parts.arguments.append(piece.argumentsJson());
        }
    }

    List<ToolCall> joined() {
        return byIndex.entrySet().stream()
                .map(call -> new ToolCall(
                        call.getKey(),
                        call.getValue().id,
                        call.getValue().name,
                        call.getValue().arguments.toString()))
                .toList();
    }
}
