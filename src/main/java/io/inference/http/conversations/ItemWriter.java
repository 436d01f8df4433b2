package io.inference.http.conversations;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.StoredMessage;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes messages as items of OpenAI's Conversations API, where each call of a function is an item of its own. Its id
 * begins with {@code fc_}, continues like that of its message, and ends with its place in it.
 */
final class ItemWriter {
    private static final String MESSAGE = "msg_";
    private static final String CALL = "fc_";

    private ItemWriter() {}

    /** An item, and how to write it. */
    private record Item(String id, Json.Content content) {}

    /** The number of the message that an item belongs to; empty if it is no item of this conversation. */
    static Optional<Long> seq(UUID conversation, String id) {
        int end = id.lastIndexOf('_');
        return id.startsWith(CALL) && end >= CALL.length()
                ? ConversationIds.message(conversation, MESSAGE + id.substring(CALL.length(), end))
                : ConversationIds.message(conversation, id);
    }

    /**
     * A page of items.
     *
     * @param newestFirst the order of the messages and of the items
     * @param hasMore whether other messages follow
     */
    static byte[] page(List<StoredMessage> messages, boolean newestFirst, boolean hasMore) {
        List<Item> items = new ArrayList<>();
        for (StoredMessage message : messages) {
            List<Item> its = items(message);
            if (newestFirst) {
                Collections.reverse(its);
            }
            items.addAll(its);
        }
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (Item item : items) {
                item.content().writeTo(out);
            }
            out.writeEndArray();
            out.writeStringField(
                    "first_id", items.isEmpty() ? null : items.getFirst().id());
            out.writeStringField(
                    "last_id", items.isEmpty() ? null : items.getLast().id());
            out.writeBooleanField("has_more", hasMore);
            out.writeEndObject();
        });
    }

    private static List<Item> items(StoredMessage stored) {
        Message message = stored.message();
        String id = ConversationIds.message(stored.conversation(), stored.seq());
        List<Item> items = new ArrayList<>();
        if (message.role() == Role.TOOL) {
            items.add(new Item(id, out -> result(out, id, message)));
            return items;
        }
        boolean onlyCalls = message.content().isEmpty() && !message.toolCalls().isEmpty();
        if (!onlyCalls) {
            items.add(new Item(id, out -> message(out, id, stored)));
        }
        for (ToolCall call : message.toolCalls()) {
            String callId = CALL + id.substring(MESSAGE.length()) + "_" + call.index();
            items.add(new Item(callId, out -> call(out, callId, call)));
        }
        return items;
    }

    private static void message(JsonGenerator out, String id, StoredMessage stored) throws IOException {
        boolean complete = stored.outcome() == null || stored.outcome().isComplete();
        out.writeStartObject();
        out.writeStringField("type", "message");
        out.writeStringField("id", id);
        out.writeStringField("role", stored.message().role().label());
        out.writeStringField("status", complete ? "completed" : "incomplete");
        content(out, stored.message());
        out.writeEndObject();
    }

    private static void call(JsonGenerator out, String id, ToolCall call) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "function_call");
        out.writeStringField("id", id);
        ConversationWriter.text(out, "call_id", call.id());
        ConversationWriter.text(out, "name", call.name());
        ConversationWriter.text(out, "arguments", call.argumentsJson());
        out.writeStringField("status", "completed");
        out.writeEndObject();
    }

    private static void result(JsonGenerator out, String id, Message message) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "function_call_output");
        out.writeStringField("id", id);
        ConversationWriter.text(out, "call_id", message.toolCallId());
        ConversationWriter.text(out, "output", message.content());
        out.writeStringField("status", "completed");
        out.writeEndObject();
    }

    /** The texts and pictures of a message, as content parts. */
    static void content(JsonGenerator out, Message message) throws IOException {
        out.writeArrayFieldStart("content");
        if (!message.content().isEmpty()) {
            out.writeStartObject();
            boolean written = message.role() == Role.ASSISTANT;
            out.writeStringField("type", written ? "output_text" : "input_text");
            ConversationWriter.text(out, "text", message.content());
            if (written) {
                out.writeArrayFieldStart("annotations");
                out.writeEndArray();
            }
            out.writeEndObject();
        }
        for (Image image : message.images()) {
            out.writeStartObject();
            out.writeStringField("type", "input_image");
            out.writeStringField(
                    "image_url",
                    switch (image) {
                        case Image.Inline inline -> "data:" + inline.mediaType() + ";base64," + inline.base64();
                        case Image.Remote remote -> remote.url();
                    });
            out.writeStringField("detail", "auto");
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
