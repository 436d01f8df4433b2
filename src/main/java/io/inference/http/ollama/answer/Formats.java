package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.http.answer.HttpAnswer;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Instant;

/** Content types and the fields that every answer about text begins with. */
public final class Formats {
    static final String JSON = "application/json; charset=utf-8";

    private Formats() {}

    public static HttpAnswer json(Json.Content content) {
        return new HttpAnswer.Whole(200, JSON, Json.bytes(content));
    }

    static void head(JsonGenerator out, String model) throws IOException {
        out.writeStringField("model", Json.wellFormed(model));
        out.writeStringField("created_at", Instant.now().toString());
    }
}
