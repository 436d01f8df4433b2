package io.inference.ollama;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Options;
import io.inference.upstream.JsonTokens;
import java.io.IOException;

/** The {@code options} of a request, and the fields beside them that come from {@link Options}. */
final class OllamaOptions {
    private OllamaOptions() {}

    /**
     * @param choice index of the answer that this request is for: each is sampled with a seed of its own
     */
    static void write(JsonGenerator json, Options options, int choice) throws IOException {
        Integer maxTokens = options.maxTokens();
        if (maxTokens != null && maxTokens < 1) {
            // In Ollama 0 means "without limit".
            throw InferenceException.unsupported("max_tokens", "the ollama backend makes at least one token");
        }
        Integer topLogprobs = options.topLogprobs();
        if (topLogprobs != null) {
            json.writeBooleanField("logprobs", true);
            json.writeNumberField("top_logprobs", topLogprobs);
        }
        json.writeObjectFieldStart("options");
        JsonTokens.optional(json, "temperature", options.temperature());
        JsonTokens.optional(json, "top_p", options.topP());
        JsonTokens.optional(json, "top_k", options.topK());
        JsonTokens.optional(json, "min_p", options.minP());
        JsonTokens.optional(json, "repeat_penalty", options.repeatPenalty());
        JsonTokens.optional(json, "presence_penalty", options.presencePenalty());
        JsonTokens.optional(json, "frequency_penalty", options.frequencyPenalty());
        Long seed = options.seed();
        JsonTokens.optional(json, "seed", seed == null ? null : (Long) (seed + choice));
        JsonTokens.optional(json, "num_predict", maxTokens);
        JsonTokens.optional(json, "num_ctx", options.contextLength());
        if (!options.stop().isEmpty()) {
            json.writeArrayFieldStart("stop");
            for (String stop : options.stop()) {
                json.writeString(stop);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
