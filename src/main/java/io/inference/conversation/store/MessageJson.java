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
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values that rows hold as JSON, and messages as JSON from which PostgreSQL makes rows. */
final class MessageJson {
    private static final ObjectMapper MAPPER =
            new ObjectMapper(JsonBounds.answer().build());

    /** Characters of a text that are indexed: the index has a limit in bytes. */
    static final int SEARCHED = 100_000;

    private MessageJson() {}

    /**
     * Rows of messages that follow each other.
     *
     * @param owner the word that stands for the owner
     * @param parent number of the message before the first one
     * @param first number of the first one
     */
    static String rows(
            TextCipher cipher, UUID conversation, String owner, List<NewMessage> messages, long parent, long first) {
        ArrayNode rows = MAPPER.createArrayNode();
        long before = parent;
        for (int i = 0; i < messages.size(); i++) {
            NewMessage each = messages.get(i);
            ObjectNode row = rows.addObject().put("seq", first + i).put("parent_seq", before);
            put(row, each.message());
            for (String column : SealedTable.MESSAGES.columns()) {
                String context = SealedTable.MESSAGES.context(column, conversation, first + i);
                seal(row, column, cipher, context);
            }
            List<String> words = cipher.words(owner, searched(each.message().content()));
            if (words != null) {
                words.forEach(row.putArray("words")::add);
            }
            put(row, each.outcome());
            row.put("created_at", TimeColumn.of(each.createdAt()).toString());
            before = first + i;
        }
        return rows.toString();
    }

    /** The beginning of a text, which is indexed. */
    static String searched(String text) {
        return text.substring(0, Math.min(text.length(), SEARCHED));
    }

    private static void seal(ObjectNode row, String column, TextCipher cipher, String context) {
        JsonNode value = row.path(column);
        if (value.isTextual()) {
            row.put(column, cipher.seal(value.textValue(), context));
        } else if (value.isContainerNode() && !cipher.keyId().isEmpty()) {
            row.put(column, cipher.seal(value.toString(), context));
        }
    }

    private static void put(ObjectNode row, Message message) {
        row.put("role", message.role().label());
        row.put("content", storable(message.content()));
        row.put("name", storable(message.name()));
        row.put("tool_call_id", storable(message.toolCallId()));
        message.images()
                .forEach(image -> MessageDetails.put(row.withArray("images").addObject(), image));
        message.toolCalls()
                .forEach(call -> MessageDetails.put(
                        row.withArray("tool_calls")
                                .addObject()
                                .put("id", storable(call.id()))
                                .put("name", storable(call.name()))
                                .put("arguments", storable(call.argumentsJson())),
                        "extras",
                        call.extras()));
        MessageDetails.put(row, message);
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
            images.add(MessageDetails.image(node));
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
                    node.path("arguments").asText(),
                    MessageDetails.extras(node, "extras")));
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

    static JsonNode read(@Nullable String json) {
        try {
            return json == null ? MAPPER.createArrayNode() : MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row holds JSON that this service did not write", e);
        }
    }
}
