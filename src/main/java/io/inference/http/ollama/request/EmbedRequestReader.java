package io.inference.http.ollama.request;

import io.inference.api.answer.EmbedAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.request.EmbedRequest;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.ollama.answer.EmbedAnswerWriter;
import java.util.List;

/** Reads the bodies of {@code POST /api/embed} and of the older {@code POST /api/embeddings}. */
public final class EmbedRequestReader {
    private EmbedRequestReader() {}

    /** @throws InferenceException for an invalid body */
    public static WireRequest<EmbedAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = CommonFields.model(body);
        List<String> inputs = texts(body, "input");
        Integer dimensions = body.integer("dimensions", 1, Integer.MAX_VALUE);
        boolean truncate = body.flag("truncate", true);
        return WireRequest.of(
                new EmbedRequest(model, inputs, dimensions, true, truncate, keepAlive(body)),
                EmbedAnswer.class,
                EmbedAnswerWriter::write);
    }

    /** The older form: one text, and a vector that is not normalized. */
    public static WireRequest<EmbedAnswer> readLegacy(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = CommonFields.model(body);
        String prompt = body.text("prompt", "");
        return WireRequest.of(
                new EmbedRequest(
                        model, prompt.isEmpty() ? List.of() : List.of(prompt), null, false, true, keepAlive(body)),
                EmbedAnswer.class,
                EmbedAnswerWriter::writeLegacy);
    }

    private static Extras keepAlive(JsonFields body) {
        return CommonFields.handling(body).without(name -> !name.equals("keep_alive"));
    }

    /** A single empty text counts as none, as in Ollama. */
    private static List<String> texts(JsonFields body, String name) {
        List<String> texts = body.texts(name);
        return body.isText(name) && texts.equals(List.of("")) ? List.of() : texts;
    }
}
