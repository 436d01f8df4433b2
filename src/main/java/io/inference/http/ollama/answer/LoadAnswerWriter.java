package io.inference.http.ollama.answer;

import io.inference.api.backend.ModelDetails;
import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.format.AnswerWriter;
import java.util.List;

/**
 * Answers a request that only loads or unloads a model. Backends load and unload models by themselves, so the answer
 * only confirms that the model exists.
 */
public record LoadAnswerWriter(AnswerShape shape, boolean unload) implements AnswerWriter<ModelDetails> {
    @Override
    public HttpAnswer write(ModelDetails model, Call call) {
        return Formats.json(out -> {
            out.writeStartObject();
            Formats.head(out, model.info().id());
            shape.writeTo(out, "", null, List.of());
            out.writeBooleanField("done", true);
            out.writeStringField("done_reason", unload ? "unload" : "load");
            out.writeEndObject();
        });
    }
}
