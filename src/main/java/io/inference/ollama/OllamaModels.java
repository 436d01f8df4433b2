package io.inference.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.backend.ModelInfo;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the lists of {@code /api/tags} and {@code /api/ps}, and their parts in {@code /api/show}. */
final class OllamaModels {
    private OllamaModels() {}

    /** @param ready whether the listed models are loaded */
    static List<ModelInfo> list(byte[] body, String backend, boolean ready) throws IOException {
        List<ModelInfo> models = new ArrayList<>();
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals("models") && json.currentToken() == JsonToken.START_ARRAY) {
                    while (JsonTokens.nextElement(json)) {
                        models.add(Entry.read(json).info(backend, ready));
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
        return models;
    }

    /** One model while it is read. */
    static final class Entry {
        private String name = "";
        private @Nullable Integer contextLength;
        private @Nullable Long sizeBytes;
        private @Nullable String digest;
        private @Nullable Long modifiedEpochSeconds;
        private @Nullable String family;
        private @Nullable String parameterSize;
        private @Nullable String quantization;

        private static Entry read(JsonParser json) throws IOException {
            Entry entry = new Entry();
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (!entry.take(field, json)) {
                    json.skipChildren();
                }
            }
            return entry;
        }

        /** @return whether the field is one of those that describe a model */
        boolean take(String field, JsonParser json) throws IOException {
            switch (field) {
                case "name" -> name = String.valueOf(JsonTokens.text(json));
                case "size" -> sizeBytes = json.getLongValue();
                case "digest" -> digest = JsonTokens.text(json);
                case "modified_at" -> modifiedEpochSeconds = epochSeconds(JsonTokens.text(json));
                case "context_length" -> contextLength = json.getIntValue();
                case "details" -> readDetails(json);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void readDetails(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                return;
            }
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "family" -> family = JsonTokens.text(json);
                    case "parameter_size" -> parameterSize = JsonTokens.text(json);
                    case "quantization_level" -> quantization = JsonTokens.text(json);
                    default -> json.skipChildren();
                }
            }
        }

        ModelInfo info(String backend, boolean ready) {
            return new ModelInfo(
                    name,
                    backend,
                    ready,
                    contextLength,
                    sizeBytes,
                    digest,
                    family,
                    parameterSize,
                    quantization,
                    modifiedEpochSeconds);
        }
    }

    private static @Nullable Long epochSeconds(@Nullable String timestamp) {
        try {
            return timestamp == null ? null : OffsetDateTime.parse(timestamp).toEpochSecond();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
