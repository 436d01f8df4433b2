package io.inference.http.conversations;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.ToolCall;
import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.Outcome;
import io.inference.conversation.Page;
import io.inference.conversation.StoredMessage;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes conversations and their messages, in the terms of OpenAI's Conversations API. */
final class ConversationWriter {
    private ConversationWriter() {}

    static byte[] conversation(Conversation conversation) {
        return Json.bytes(out -> write(out, conversation));
    }

    static byte[] message(StoredMessage message) {
        return Json.bytes(out -> write(out, message));
    }

    static byte[] conversations(Page<Conversation> page) {
        return page(page, conversation -> ConversationIds.conversation(conversation.id()), ConversationWriter::write);
    }

    static byte[] messages(Page<StoredMessage> page) {
        return page(
                page,
                message -> ConversationIds.message(message.conversation(), message.seq()),
                ConversationWriter::write);
    }

    /**
     * Why a part of an export is missing.
     *
     * @param conversation null if it is all the rest
     */
    static byte[] failure(@Nullable UUID conversation, InferenceException why) {
        return Json.bytes(out -> {
            out.writeStartObject();
            if (conversation != null) {
                out.writeStringField("id", ConversationIds.conversation(conversation));
            }
            out.writeStringField("object", "error");
            out.writeObjectFieldStart("error");
            out.writeStringField("code", why.code().reason());
            text(out, "message", why.getMessage());
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    /** What is left of a conversation. */
    static byte[] deleted(UUID conversation) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("id", ConversationIds.conversation(conversation));
            out.writeStringField("object", "conversation.deleted");
            out.writeBooleanField("deleted", true);
            out.writeEndObject();
        });
    }

    /** @param count of all conversations of a caller */
    static byte[] deletedAll(int count) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "conversations.deleted");
            out.writeNumberField("deleted", count);
            out.writeEndObject();
        });
    }

    /** Writes one entry of a list. */
    private interface EntryWriter<T> {
        void write(JsonGenerator out, T entry) throws IOException;
    }

    private static <T> byte[] page(Page<T> page, Function<T, String> id, EntryWriter<T> writer) {
        return Json.bytes(out -> {
            List<T> entries = page.entries();
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (T entry : entries) {
                writer.write(out, entry);
            }
            out.writeEndArray();
            out.writeStringField("first_id", entries.isEmpty() ? null : id.apply(entries.getFirst()));
            out.writeStringField("last_id", entries.isEmpty() ? null : id.apply(entries.getLast()));
            out.writeBooleanField("has_more", page.hasMore());
            out.writeEndObject();
        });
    }

    private static void write(JsonGenerator out, Conversation conversation) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", ConversationIds.conversation(conversation.id()));
        out.writeStringField("object", "conversation");
        out.writeNumberField("created_at", conversation.createdAt().getEpochSecond());
        out.writeNumberField("updated_at", conversation.updatedAt().getEpochSecond());
        text(out, "title", conversation.title());
        out.writeObjectFieldStart("metadata");
        for (var entry : conversation.metadata().entrySet()) {
            text(out, entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
        out.writeNumberField("message_count", conversation.messages());
        out.writeStringField("last_message_id", id(conversation.id(), conversation.head()));
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, StoredMessage stored) throws IOException {
        Message message = stored.message();
        out.writeStartObject();
        out.writeStringField("id", id(stored.conversation(), stored.seq()));
        out.writeStringField("object", "conversation.message");
        out.writeStringField("type", "message");
        out.writeStringField("role", message.role().label());
        Outcome outcome = stored.outcome();
        out.writeStringField("status", outcome == null || outcome.isComplete() ? "completed" : "incomplete");
        content(out, message);
        out.writeStringField("parent_message_id", id(stored.conversation(), stored.parent()));
        out.writeNumberField("created_at", stored.createdAt().getEpochSecond());
        if (outcome != null) {
            outcome(out, outcome);
        }
        out.writeEndObject();
    }

    /** What was said, and the calls of functions. */
    static void content(JsonGenerator out, Message message) throws IOException {
        ItemWriter.content(out, message);
        if (!message.toolCalls().isEmpty()) {
            toolCalls(out, message.toolCalls());
        }
        if (message.toolCallId() != null) {
            text(out, "tool_call_id", message.toolCallId());
        }
        if (message.name() != null) {
            text(out, "name", message.name());
        }
    }

    /** @param seq 0 for the beginning, which has none */
    static @Nullable String id(UUID conversation, long seq) {
        return seq == 0 ? null : ConversationIds.message(conversation, seq);
    }

    private static void toolCalls(JsonGenerator out, List<ToolCall> calls) throws IOException {
        out.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            out.writeStartObject();
            text(out, "id", call.id());
            out.writeStringField("type", "function");
            out.writeObjectFieldStart("function");
            text(out, "name", call.name());
            text(out, "arguments", call.argumentsJson());
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void outcome(JsonGenerator out, Outcome outcome) throws IOException {
        text(out, "model", outcome.model());
        out.writeStringField(
                "finish_reason",
                outcome.finishReason() == null ? null : outcome.finishReason().label());
        ErrorCode failure = outcome.failure();
        if (failure != null) {
            out.writeStringField("error", failure.reason());
        }
        out.writeObjectFieldStart("usage");
        out.writeNumberField("prompt_tokens", outcome.promptTokens());
        out.writeNumberField("completion_tokens", outcome.completionTokens());
        out.writeNumberField("total_tokens", outcome.promptTokens() + outcome.completionTokens());
        out.writeEndObject();
    }

    static void text(JsonGenerator out, String field, @Nullable String text) throws IOException {
        out.writeStringField(field, text == null ? null : Json.wellFormed(text));
    }
}
