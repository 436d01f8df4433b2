package io.inference.conversation.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.ToolCall;
import io.inference.conversation.NewMessage;
import io.inference.conversation.Outcome;
import io.inference.database.TimeColumn;
import io.inference.wire.Json;
import io.inference.wire.JsonBounds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that rows hold as JSON, and messages as JSON from which PostgreSQL makes rows. */
final class MessageJson {
    private static final ObjectMapper MAPPER =
            new ObjectMapper(JsonBounds.answer().build());

    private MessageJson() {}

    /**
     * Rows of messages that follow each other.
     *
     * @param parent number of the message before the first one
     * @param first number of the first one
     */
    static String rows(List<NewMessage> messages, long parent, long first) {
        ArrayNode rows = MAPPER.createArrayNode();
        long before = parent;
        for (int i = 0; i < messages.size(); i++) {
            NewMessage each = messages.get(i);
            ObjectNode row = rows.addObject().put("seq", first + i).put("parent_seq", before);
            put(row, each.message());
            put(row, each.outcome());
            row.put("created_at", TimeColumn.of(each.createdAt()).toString());
            before = first + i;
        }
        return rows.toString();
    }

    private static void put(ObjectNode row, Message message) {
        row.put("role", message.role().label());
        row.put("content", storable(message.content()));
        row.put("name", storable(message.name()));
        row.put("tool_call_id", storable(message.toolCallId()));
        if (!message.images().isEmpty()) {
            message.images().forEach(image -> put(row.withArray("images").addObject(), image));
        }
        if (!message.toolCalls().isEmpty()) {
            message.toolCalls()
                    .forEach(call -> row.withArray("tool_calls")
                            .addObject()
                            .put("id", storable(call.id()))
                            .put("name", storable(call.name()))
                            .put("arguments", storable(call.argumentsJson())));
        }
    }

    private static void put(ObjectNode row, Image image) {
        switch (image) {
            case Image.Inline inline ->
                row.put("media_type", storable(inline.mediaType())).put("base64", inline.base64());
            case Image.Remote remote -> row.put("url", storable(remote.url()));
        }
    }

    private static void put(ObjectNode row, @Nullable Outcome outcome) {
        row.put("state", outcome == null || outcome.isComplete() ? "completed" : "incomplete");
        if (outcome == null) {
            return;
        }
        row.put("model", storable(outcome.model()));
        row.put("prompt_tokens", outcome.promptTokens());
        row.put("completion_tokens", outcome.completionTokens());
        if (outcome.finishReason() != null) {
            row.put("finish_reason", outcome.finishReason().label());
        }
        if (outcome.failure() != null) {
            row.put("error", outcome.failure().reason());
        }
    }

    /** PostgreSQL's texts hold no NUL. */
    static @Nullable String storable(@Nullable String text) {
        return text == null ? null : Json.wellFormed(text).replace('\0', '\uFFFD');
    }

    static List<Image> images(@Nullable String json) {
        List<Image> images = new ArrayList<>();
        for (JsonNode node : read(json)) {
            images.add(
                    node.has("url")
                            ? new Image.Remote(node.path("url").asText())
                            : new Image.Inline(
                                    node.path("media_type").asText(),
                                    node.path("base64").asText()));
        }
        return images;
    }

    static List<ToolCall> toolCalls(@Nullable String json) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode node : read(json)) {
            calls.add(new ToolCall(
                    calls.size(),
                    node.path("id").textValue(),
                    node.path("name").textValue(),
                    node.path("arguments").asText()));
        }
        return calls;
    }

    static String metadata(Map<String, String> metadata) {
        ObjectNode node = MAPPER.createObjectNode();
        metadata.forEach((name, value) -> node.put(storable(name), storable(value)));
        return node.toString();
    }

    static Map<String, String> metadata(String json) {
        Map<String, String> metadata = new LinkedHashMap<>();
        read(json)
                .properties()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
        return metadata;
    }

    private static JsonNode read(@Nullable String json) {
        try {
            return json == null ? MAPPER.createArrayNode() : MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row holds JSON that this service did not write", e);
        }
    }
}
