package io.inference.conversation.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.conversation.memory.Ledger;
import io.inference.conversation.memory.LedgerFact;
import io.inference.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ledgers as the column {@code ledger} holds them: JSON. */
final class LedgerJson {
    private LedgerJson() {}

    static String write(Ledger ledger) {
        byte[] json = Json.bytes(out -> {
            out.writeStartArray();
            for (LedgerFact fact : ledger.facts()) {
                out.writeStartObject();
                out.writeStringField("kind", fact.kind());
                out.writeStringField("label", Json.wellFormed(fact.label()));
                out.writeStringField("value", Json.wellFormed(fact.value()));
                out.writeNumberField("message", fact.message());
                out.writeNumberField("at", fact.at().getEpochSecond());
                if (fact.supersededBy() != null) {
                    out.writeNumberField("by", fact.supersededBy());
                }
                out.writeEndObject();
            }
            out.writeEndArray();
        });
        return new String(json, StandardCharsets.UTF_8);
    }

    static Ledger read(@Nullable String json) {
        JsonNode node = json == null ? null : Json.value(json);
        if (node == null || node.isEmpty()) {
            return Ledger.EMPTY;
        }
        List<LedgerFact> facts = new ArrayList<>();
        for (JsonNode fact : node) {
            facts.add(new LedgerFact(
                    fact.path("kind").asText(),
                    fact.path("label").asText(),
                    fact.path("value").asText(),
                    fact.path("message").asLong(),
                    Instant.ofEpochSecond(fact.path("at").asLong()),
                    fact.has("by") ? Long.valueOf(fact.path("by").asLong()) : null));
        }
        return new Ledger(facts);
    }
}
