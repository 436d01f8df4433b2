package io.inference.openai.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.request.Options;
import io.inference.api.request.Unsupported;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.Set;

/**
 * {@link Options} as fields of a request. Those that are not part of OpenAI's API are sent only if the caller set them.
 */
final class OpenAiOptions {
    private static final String STREAM_OPTIONS = "stream_options";

    /** Fields that the service itself writes, or keeps to itself. */
    private static final Set<String> WRITTEN = Set.of(
            "model",
            "messages",
            "prompt",
            "input",
            "encoding_format",
            "dimensions",
            "temperature",
            "top_p",
            Options.MAX_TOKENS,
            Options.MAX_COMPLETION_TOKENS,
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "stop",
            "n",
            "top_k",
            "min_p",
            Options.REPETITION_PENALTY,
            Options.REPEAT_PENALTY,
            "logprobs",
            "top_logprobs",
            "tools",
            "tool_choice",
            "response_format",
            "reasoning_effort",
            "stream",
            STREAM_OPTIONS,
            Unsupported.DROP_FIELD);

    private OpenAiOptions() {}

    /** @param limitName the name of the limit on tokens that the server takes */
    static void write(JsonGenerator json, Options options, String limitName) throws IOException {
        if (options.contextLength() != null) {
            throw InferenceException.unsupported("num_ctx", "the openai backend cannot set the context length");
        }
        JsonTokens.optional(json, "temperature", options.temperature());
        JsonTokens.optional(json, "top_p", options.topP());
        JsonTokens.optional(json, limitName, options.maxTokens());
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
        // The name in vLLM and TGI, and in llama.cpp: both, unless the caller chose one.
        if (!options.spelled().contains(Options.REPEAT_PENALTY)) {
            JsonTokens.optional(json, Options.REPETITION_PENALTY, options.repeatPenalty());
        }
        if (!options.spelled().contains(Options.REPETITION_PENALTY)) {
            JsonTokens.optional(json, Options.REPEAT_PENALTY, options.repeatPenalty());
        }
    }

    /** Usage is always asked for: the log and the limits need it. */
    static void writeStream(JsonGenerator json, boolean stream, Extras extras) throws IOException {
        if (stream) {
            json.writeBooleanField("stream", true);
            json.writeFieldName(STREAM_OPTIONS);
            String others = extras.json(STREAM_OPTIONS);
            json.writeRawValue(
                    others == null ? "{\"include_usage\":true}" : "{\"include_usage\":true," + others.substring(1));
        }
    }

    /** The fields that are not modelled, after all others. */
    static void writeExtras(JsonGenerator json, Extras extras) throws IOException {
        JsonTokens.extras(json, extras, WRITTEN::contains);
    }

    static void writeStrings(JsonGenerator json, String name, Iterable<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
