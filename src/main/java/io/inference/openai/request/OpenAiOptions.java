package io.inference.openai.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Options;
import io.inference.upstream.JsonTokens;
import java.io.IOException;

/**
 * {@link Options} as fields of a request. Those that are not part of OpenAI's API are sent only if the caller set them.
 */
final class OpenAiOptions {
    private OpenAiOptions() {}

    static void write(JsonGenerator json, Options options) throws IOException {
        if (options.contextLength() != null) {
            throw InferenceException.unsupported("num_ctx", "the openai backend cannot set the context length");
        }
        JsonTokens.optional(json, "temperature", options.temperature());
        JsonTokens.optional(json, "top_p", options.topP());
        // The older name of max_completion_tokens is the one that every server accepts.
        JsonTokens.optional(json, "max_tokens", options.maxTokens());
        JsonTokens.optional(json, "presence_penalty", options.presencePenalty());
        JsonTokens.optional(json, "frequency_penalty", options.frequencyPenalty());
        JsonTokens.optional(json, "seed", options.seed());
        if (!options.stop().isEmpty()) {
            writeStrings(json, "stop", options.stop());
        }
        if (options.choices() > 1) {
            json.writeNumberField("n", options.choices());
        }
        JsonTokens.optional(json, "top_k", options.topK());
        JsonTokens.optional(json, "min_p", options.minP());
        // The name in vLLM and TGI, and in llama.cpp.
        JsonTokens.optional(json, "repetition_penalty", options.repeatPenalty());
        JsonTokens.optional(json, "repeat_penalty", options.repeatPenalty());
    }

    /** Usage is always asked for: the log and the limits need it. */
    static void writeStream(JsonGenerator json, boolean stream) throws IOException {
        if (stream) {
            json.writeBooleanField("stream", true);
            json.writeObjectFieldStart("stream_options");
            json.writeBooleanField("include_usage", true);
            json.writeEndObject();
        }
    }

    static void writeStrings(JsonGenerator json, String name, Iterable<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
