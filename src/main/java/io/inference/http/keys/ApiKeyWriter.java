package io.inference.http.keys;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.security.keys.ApiKey;
import io.inference.security.keys.ApiKeyPage;
import io.inference.security.keys.MadeApiKey;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes the answers of {@code /v1/api-keys}. */
final class ApiKeyWriter {
    private static final int CREATED = 201;

    private ApiKeyWriter() {}

    /** @param body result of the flows for keys: a new key, a stored key, or a page of stored keys */
    static HttpAnswer write(@Nullable Object body) {
        return switch (body) {
            case MadeApiKey made ->
                new HttpAnswer.Whole(
                        CREATED, "application/json", Json.bytes(out -> object(out, made.key(), made.text())));
            case ApiKey key -> HttpAnswer.json(Json.bytes(out -> object(out, key, null)));
            case ApiKeyPage page -> HttpAnswer.json(Json.bytes(out -> page(out, page)));
            case null, default ->
                throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an API key");
        };
    }

    private static void page(JsonGenerator out, ApiKeyPage page) throws IOException {
        out.writeStartObject();
        out.writeStringField("object", "list");
        out.writeArrayFieldStart("data");
        for (ApiKey key : page.keys()) {
            object(out, key, null);
        }
        out.writeEndArray();
        out.writeBooleanField("has_more", page.hasMore());
        out.writeEndObject();
    }

    private static void object(JsonGenerator out, ApiKey key, @Nullable String text) throws IOException {
        out.writeStartObject();
        out.writeStringField("object", "api_key");
        out.writeStringField("id", key.id().toString());
        if (text != null) {
            out.writeStringField("key", text);
        }
        out.writeStringField("prefix", key.prefix());
        out.writeStringField("name", key.name());
        out.writeStringField("owner", key.owner());
        names(out, "groups", key.groups());
        names(out, "scopes", key.scopes());
        out.writeStringField("created_by", key.createdBy());
        time(out, "created_at", key.createdAt());
        time(out, "expires_at", key.expiresAt());
        time(out, "last_used_at", key.lastUsedAt());
        time(out, "revoked_at", key.revokedAt());
        out.writeEndObject();
    }

    private static void names(JsonGenerator out, String field, Set<String> names) throws IOException {
        out.writeArrayFieldStart(field);
        for (String name : new TreeSet<>(names)) {
            out.writeString(name);
        }
        out.writeEndArray();
    }

    private static void time(JsonGenerator out, String field, @Nullable Instant time) throws IOException {
        out.writeStringField(
                field,
                time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
