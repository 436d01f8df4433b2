package io.inference.job.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.job.JobError;
import io.inference.wire.JsonBounds;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values that rows hold as JSON. */
public final class JobJson {
    private static final ObjectMapper MAPPER =
            new ObjectMapper(JsonBounds.answer().build());

    private JobJson() {}

    /** All that {@link #caller} needs to rebuild the caller. A caller contains no credential. */
    public static String write(Caller caller) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("subject", caller.subject());
        caller.groups().stream().sorted().forEach(node.putArray("groups")::add);
        caller.scopes().stream().sorted().forEach(node.putArray("scopes")::add);
        node.put("tenant", caller.tenant());
        node.put("kind", caller.kind().name());
        node.put("admin", caller.admin());
        return node.toString();
    }

    public static Caller caller(String json) {
        JsonNode node = read(json);
        return new Caller(
                node.path("subject").asText(),
                texts(node.path("groups")),
                texts(node.path("scopes")),
                node.path("tenant").textValue(),
                Caller.Kind.valueOf(node.path("kind").asText()),
                node.path("admin").asBoolean());
    }

    static @Nullable String write(@Nullable JobError error) {
        if (error == null) {
            return null;
        }
        ObjectNode node = MAPPER.createObjectNode();
        node.put("code", error.code().reason());
        node.put("message", error.message());
        node.put("param", error.param());
        return node.toString();
    }

    static @Nullable JobError error(@Nullable String json) {
        if (json == null) {
            return null;
        }
        JsonNode node = read(json);
        return new JobError(
                ErrorCode.valueOf(node.path("code").asText().toUpperCase(Locale.ROOT)),
                node.path("message").asText(),
                node.path("param").textValue());
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new LinkedHashSet<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** Writes a value made of lists, maps, texts, numbers and records. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what {@link #text} wrote; {@code absent} for no JSON. */
    public static <T> T value(@Nullable String json, TypeReference<T> type, T absent) {
        return json == null ? absent : read(json, MAPPER.readerFor(type));
    }

    private static JsonNode read(String json) {
        return read(json, MAPPER.readerFor(JsonNode.class));
    }

    private static <T> T read(String json, ObjectReader reader) {
        try {
            return reader.readValue(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row holds JSON that this service did not write", e);
        }
    }
}
