package io.inference.http.ollama.request;

import io.inference.api.backend.ModelDetails;
import io.inference.api.error.InferenceException;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.ollama.answer.ShowAnswerWriter;

/** Reads {@code POST /api/show}. */
public final class ShowRequestReader {
    private ShowRequestReader() {}

    /** @throws InferenceException for an invalid body */
    public static WireRequest<ModelDetails> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = body.text("name", "");
        return WireRequest.aboutModel(
                body.has("model") || model.isEmpty() ? CommonFields.model(body) : model, ShowAnswerWriter::write);
    }
}
