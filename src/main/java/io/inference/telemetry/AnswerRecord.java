package io.inference.telemetry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.answer.Choice;
import io.inference.api.image.ImageSize;
import io.inference.api.message.FinishReason;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ImageEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The answer so far, of bounded length: appended chunk by chunk; characters beyond the bound are only counted.
 * Thread-safe.
 */
final class AnswerRecord {
    private final TreeMap<Integer, Said> choices = new TreeMap<>();
    private final List<ObjectNode> pictures = new ArrayList<>();
    private int left;
    private long hidden;

    /** @param characters number of characters of all choices together that are kept */
    AnswerRecord(int characters) {
        this.left = characters;
    }

    /** One choice so far. */
    private static final class Said {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder thinking = new StringBuilder();
        private final TreeMap<Integer, Asked> toolCalls = new TreeMap<>();
        private @Nullable FinishReason finishReason;
    }

    /** One tool call so far. */
    private static final class Asked {
        private @Nullable String id;
        private @Nullable String name;
        private final StringBuilder arguments = new StringBuilder();
    }

    void add(Choice choice) {
        add(new Chunk(
                choice.index(),
                choice.message().content(),
                choice.message().thinking(),
                choice.message().toolCalls(),
                choice.logprobs(),
                choice.finishReason(),
                null));
    }

    synchronized void add(Chunk chunk) {
        Said said = choices.computeIfAbsent(chunk.index(), index -> new Said());
        append(chunk.text(), said.text);
        String thought = chunk.thinking();
        if (thought != null) {
            append(thought, said.thinking);
        }
        for (ToolCall part : chunk.toolCalls()) {
            add(part, said);
        }
        FinishReason reason = chunk.finishReason();
        if (reason != null) {
            said.finishReason = reason;
        }
    }

    /** What is known of a picture, without its bytes. */
    synchronized void add(ImageEvent.Completed picture) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("image", picture.image());
        Transcript.putName(node, "id", picture.id());
        node.put("type", picture.data().mediaType());
        ImageSize.of(picture.data()).ifPresent(size -> node.put("size", size.toString()));
        pictures.add(node.put("bytes", picture.data().bytes().length));
    }

    private void add(ToolCall part, Said said) {
        Asked asked = said.toolCalls.get(part.index());
        if (asked == null) {
            if (left <= 0) {
                hidden += part.argumentsJson().length();
                return;
            }
            left -= Transcript.CHARACTERS_AN_ENTRY;
            asked = new Asked();
            said.toolCalls.put(part.index(), asked);
        }
        asked.id = asked.id == null ? part.id() : asked.id;
        asked.name = asked.name == null ? part.name() : asked.name;
        append(part.argumentsJson(), asked.arguments);
    }

    private void append(String text, StringBuilder to) {
        if (text.length() <= left) {
            to.append(text);
            left -= text.length();
            return;
        }
        String shown = Transcript.beginning(text, left);
        to.append(shown);
        // After a gap nothing is appended.
        left = 0;
        hidden += text.length() - shown.length();
    }

    /** One line of JSON: an object for each choice or picture, then a mark if characters are left out. */
    synchronized String line() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        choices.forEach((index, said) -> write(said, all.addObject().put("index", index)));
        all.addAll(pictures);
        if (hidden > 0) {
            all.add(Transcript.more(hidden, "characters"));
        }
        return Transcript.line(all);
    }

    private static void write(Said said, ObjectNode node) {
        node.put("content", said.text.toString());
        if (!said.thinking.isEmpty()) {
            node.put("thinking", said.thinking.toString());
        }
        if (!said.toolCalls.isEmpty()) {
            ArrayNode calls = node.putArray("tool_calls");
            said.toolCalls.values().forEach(asked -> {
                ObjectNode call = calls.addObject();
                Transcript.putName(call, "id", asked.id);
                Transcript.putName(call, "name", asked.name);
                call.put("arguments", asked.arguments.toString());
            });
        }
        FinishReason reason = said.finishReason;
        if (reason != null) {
            node.put("finish_reason", reason.label());
        }
    }
}
