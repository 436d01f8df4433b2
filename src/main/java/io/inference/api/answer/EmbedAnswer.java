package io.inference.api.answer;

import io.inference.api.call.Usage;
import java.util.List;

/** Vectors, one for each text, in the order of the request. */
public record EmbedAnswer(String model, List<float[]> embeddings, Usage usage) {
    public EmbedAnswer {
        embeddings = List.copyOf(embeddings);
    }
}
