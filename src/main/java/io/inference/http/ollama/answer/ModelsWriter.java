package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.backend.ListedModel;
import io.inference.api.backend.ModelInfo;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.format.ModelBodies;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes the lists of available models and of loaded models. */
public final class ModelsWriter {
    /** The time that Ollama writes if there is none. */
    private static final String NO_TIME = "0001-01-01T00:00:00Z";

    /** Models have no expiry, so this is far in the future. */
    private static final String NEVER = "9999-12-31T23:59:59Z";

    private ModelsWriter() {}

    public static HttpAnswer tags(@Nullable Object body) {
        return models(body, (out, model) -> {
            out.writeStringField("modified_at", modifiedAt(model));
            file(out, model);
        });
    }

    public static HttpAnswer ps(@Nullable Object body) {
        return models(body, (out, model) -> {
            file(out, model);
            out.writeStringField("expires_at", NEVER);
            out.writeNumberField("size_vram", 0);
            if (model.contextLength() != null) {
                out.writeNumberField("context_length", model.contextLength());
            }
        });
    }

    static String modifiedAt(ModelInfo model) {
        Long seconds = model.modifiedEpochSeconds();
        return seconds == null ? NO_TIME : Instant.ofEpochSecond(seconds).toString();
    }

    static void details(JsonGenerator out, ModelInfo model) throws IOException {
        String family = model.family();
        out.writeObjectFieldStart("details");
        out.writeStringField("parent_model", "");
        out.writeStringField("format", family == null ? "" : "gguf");
        out.writeStringField("family", orEmpty(family));
        if (family == null) {
            out.writeNullField("families");
        } else {
            out.writeArrayFieldStart("families");
            out.writeString(Json.wellFormed(family));
            out.writeEndArray();
        }
        out.writeStringField("parameter_size", orEmpty(model.parameterSize()));
        out.writeStringField("quantization_level", orEmpty(model.quantization()));
        out.writeEndObject();
    }

    @FunctionalInterface
    private interface Fields {
        void writeTo(JsonGenerator out, ModelInfo model) throws IOException;
    }

    private static HttpAnswer models(@Nullable Object body, Fields fields) {
        var models = ModelBodies.list(body);
        return Formats.json(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("models");
            for (ListedModel listed : models) {
                ModelInfo model = listed.preferred();
                out.writeStartObject();
                out.writeStringField("name", Json.wellFormed(model.id()));
                out.writeStringField("model", Json.wellFormed(model.id()));
                fields.writeTo(out, model);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    private static void file(JsonGenerator out, ModelInfo model) throws IOException {
        out.writeNumberField("size", model.sizeBytes() == null ? 0 : model.sizeBytes());
        out.writeStringField("digest", orEmpty(model.digest()));
        details(out, model);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : Json.wellFormed(text);
    }
}
