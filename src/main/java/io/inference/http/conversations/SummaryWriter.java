package io.inference.http.conversations;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.Page;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.memory.Ledger;
import io.inference.conversation.memory.LedgerFact;
import io.inference.conversation.memory.Span;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Writes summaries of a conversation, each with what it covers and where its values come from. */
final class SummaryWriter {
    private SummaryWriter() {}

    /** @param active those that the next chat gets in place of messages */
    static byte[] page(UUID conversation, Page<StoredSummary> page, Set<Span> active) {
        return Json.bytes(out -> {
            List<StoredSummary> entries = page.entries();
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (StoredSummary entry : entries) {
                write(out, conversation, entry, active.contains(entry.span()));
            }
            out.writeEndArray();
            out.writeStringField("first_id", entries.isEmpty() ? null : id(conversation, entries.getFirst()));
            out.writeStringField("last_id", entries.isEmpty() ? null : id(conversation, entries.getLast()));
            out.writeBooleanField("has_more", page.hasMore());
            out.writeEndObject();
        });
    }

    static byte[] summary(UUID conversation, StoredSummary summary, boolean active) {
        return Json.bytes(out -> write(out, conversation, summary, active));
    }

    private static String id(UUID conversation, StoredSummary summary) {
        return ConversationIds.summary(conversation, summary.span());
    }

    private static void write(JsonGenerator out, UUID conversation, StoredSummary summary, boolean active)
            throws IOException {
        Span span = summary.span();
        out.writeStartObject();
        out.writeStringField("id", id(conversation, summary));
        out.writeStringField("object", "conversation.summary");
        out.writeNumberField("level", span.level());
        out.writeStringField("first_message_id", ConversationIds.message(conversation, span.first()));
        out.writeStringField("last_message_id", ConversationIds.message(conversation, span.last()));
        out.writeNumberField("message_count", summary.messages());
        out.writeBooleanField("active", active);
        out.writeStringField("kind", summary.isExtractive() ? "extractive" : "model");
        ConversationWriter.text(out, "text", summary.text());
        out.writeArrayFieldStart("sources");
        for (Span source : summary.sources()) {
            out.writeString(ConversationIds.summary(conversation, source));
        }
        out.writeEndArray();
        values(out, conversation, summary.ledger());
        ConversationWriter.text(out, "model", summary.model());
        out.writeObjectFieldStart("usage");
        out.writeNumberField("prompt_tokens", summary.promptTokens());
        out.writeNumberField("completion_tokens", summary.completionTokens());
        out.writeNumberField("total_tokens", summary.promptTokens() + summary.completionTokens());
        out.writeEndObject();
        out.writeNumberField("created_at", summary.createdAt().getEpochSecond());
        out.writeEndObject();
    }

    static void values(JsonGenerator out, UUID conversation, Ledger ledger) throws IOException {
        out.writeArrayFieldStart("values");
        for (LedgerFact fact : ledger.facts()) {
            write(out, conversation, fact);
        }
        out.writeEndArray();
    }

    private static void write(JsonGenerator out, UUID conversation, LedgerFact fact) throws IOException {
        out.writeStartObject();
        out.writeStringField("kind", fact.kind());
        ConversationWriter.text(out, "label", fact.label());
        ConversationWriter.text(out, "value", fact.value());
        out.writeStringField("message_id", ConversationIds.message(conversation, fact.message()));
        out.writeNumberField("created_at", fact.at().getEpochSecond());
        Long by = fact.supersededBy();
        out.writeStringField("superseded_by", by == null ? null : ConversationIds.message(conversation, by));
        out.writeEndObject();
    }
}
