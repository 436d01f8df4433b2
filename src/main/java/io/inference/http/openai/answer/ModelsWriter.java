package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.backend.ListedModel;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.format.ModelBodies;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code GET /v1/models} and {@code GET /v1/models/{id}}. */
public final class ModelsWriter {
    private ModelsWriter() {}

    /** @param body a list of models, or the details of one */
    public static HttpAnswer write(@Nullable Object body) {
        if (body instanceof ModelDetails details) {
            return HttpAnswer.json(Json.bytes(
                    out -> model(out, ListedModel.of(details.info().with(details.capabilities())))));
        }
        var models = ModelBodies.list(body);
        return HttpAnswer.json(Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (ListedModel model : models) {
                model(out, model);
            }
            out.writeEndArray();
            out.writeEndObject();
        }));
    }

    /** The fields after {@code owned_by} are not OpenAI's. */
    private static void model(JsonGenerator out, ListedModel listed) throws IOException {
        ModelInfo model = listed.preferred();
        out.writeStartObject();
        Parts.text(out, "id", model.id());
        out.writeStringField("object", "model");
        out.writeNumberField("created", model.modifiedEpochSeconds() == null ? 0 : model.modifiedEpochSeconds());
        Parts.text(out, "owned_by", model.backend());
        strings(out, "backends", listed.backends());
        out.writeBooleanField("ready", listed.ready());
        if (!listed.ready()) {
            out.writeStringField("status", model.state().label());
        }
        Integer contextLength = listed.contextLength();
        if (contextLength != null) {
            out.writeNumberField("context_length", contextLength);
        }
        if (!listed.capabilities().isEmpty()) {
            strings(out, "capabilities", listed.capabilities());
        }
        out.writeEndObject();
    }

    private static void strings(JsonGenerator out, String name, List<String> texts) throws IOException {
        out.writeArrayFieldStart(name);
        for (String text : texts) {
            out.writeString(Json.wellFormed(text));
        }
        out.writeEndArray();
    }
}
