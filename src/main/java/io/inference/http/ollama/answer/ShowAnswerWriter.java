package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.backend.ModelDetails;
import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.wire.Json;
import java.io.IOException;

/** Writes the answer of {@code POST /api/show}: everything known about one model. */
public final class ShowAnswerWriter {
    private ShowAnswerWriter() {}

    public static HttpAnswer write(ModelDetails model, Call call) {
        return Formats.json(out -> {
            out.writeStartObject();
            out.writeStringField("modelfile", modelfile(model));
            if (model.template() != null) {
                out.writeStringField("template", Json.wellFormed(model.template()));
            }
            ModelsWriter.details(out, model.info());
            metadata(out, model);
            out.writeArrayFieldStart("capabilities");
            for (String capability : model.capabilities()) {
                out.writeString(capability);
            }
            out.writeEndArray();
            out.writeStringField("modified_at", ModelsWriter.modifiedAt(model.info()));
            out.writeStringField("license", model.license() == null ? "" : Json.wellFormed(model.license()));
            out.writeEndObject();
        });
    }

    private static void metadata(JsonGenerator out, ModelDetails model) throws IOException {
        out.writeObjectFieldStart("model_info");
        for (var entry : model.metadata().entrySet()) {
            out.writeFieldName(Json.wellFormed(entry.getKey()));
            Json.writeValue(out, entry.getValue());
        }
        out.writeEndObject();
    }

    private static String modelfile(ModelDetails model) {
        String from = "FROM " + Json.wellFormed(model.info().id()) + "\n";
        return model.template() == null
                ? from
                : from + "TEMPLATE \"\"\"" + Json.wellFormed(model.template()) + "\"\"\"\n";
    }
}
