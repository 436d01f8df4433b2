package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.format.ModelBodies;
import io.inference.wire.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes {@code GET /v1/models} and {@code GET /v1/models/{id}}. */
public final class ModelsWriter {
    private ModelsWriter() {}

    /** @param body a list of models, or the details of one */
    public static HttpAnswer write(@Nullable Object body) {
        if (body instanceof ModelDetails details) {
            return HttpAnswer.json(Json.bytes(out -> model(out, details.info())));
        }
        var models = ModelBodies.list(body);
        return HttpAnswer.json(Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (ModelInfo model : models) {
                model(out, model);
            }
            out.writeEndArray();
            out.writeEndObject();
        }));
    }

    private static void model(JsonGenerator out, ModelInfo model) throws IOException {
        out.writeStartObject();
        Parts.text(out, "id", model.id());
        out.writeStringField("object", "model");
        out.writeNumberField("created", model.modifiedEpochSeconds() == null ? 0 : model.modifiedEpochSeconds());
        Parts.text(out, "owned_by", model.backend());
        if (model.contextLength() != null) {
            out.writeNumberField("context_length", model.contextLength());
        }
        if (!model.ready()) {
            out.writeStringField("status", model.state().label());
        }
        out.writeEndObject();
    }
}
