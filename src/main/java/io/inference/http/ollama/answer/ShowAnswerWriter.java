package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.backend.ModelDetails;
import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Writes the answer of {@code POST /api/show}: everything known about one model. */
public final class ShowAnswerWriter {
    private ShowAnswerWriter() {}

    public static HttpAnswer write(ModelDetails model, Call call) {
        return Formats.json(out -> {
            out.writeStartObject();
            out.writeStringField("modelfile", modelfile(model));
            if (model.parameters() != null) {
                out.writeStringField("parameters", Json.wellFormed(model.parameters()));
            }
            if (model.template() != null) {
                out.writeStringField("template", Json.wellFormed(model.template()));
            }
            ModelsWriter.details(out, model.info());
            metadata(out, model);
            tensors(out, model.tensors());
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

    private static void tensors(JsonGenerator out, List<ModelDetails.Tensor> tensors) throws IOException {
        out.writeArrayFieldStart("tensors");
        for (ModelDetails.Tensor tensor : tensors) {
            out.writeStartObject();
            out.writeStringField("name", Json.wellFormed(tensor.name()));
            out.writeStringField("type", tensor.type());
            out.writeArrayFieldStart("shape");
            for (long length : tensor.shape()) {
                out.writeNumber(length);
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
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
        String template =
                model.template() == null ? "" : "TEMPLATE \"\"\"" + Json.wellFormed(model.template()) + "\"\"\"\n";
        String parameters = model.parameters() == null
                ? ""
                : Json.wellFormed(model.parameters())
                        .lines()
                        .map(line -> "PARAMETER " + line.replaceFirst("\\s+", " ") + "\n")
                        .collect(Collectors.joining());
        return from + template + parameters;
    }
}
