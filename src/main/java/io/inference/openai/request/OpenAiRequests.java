package io.inference.openai.request;

import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.upstream.JsonTokens;

/** Requests in the format of OpenAI's API. */
public final class OpenAiRequests {
    private OpenAiRequests() {}

    public static byte[] chat(ChatRequest request) {
        Integer topLogprobs = request.options().topLogprobs();
        Boolean think = request.think();
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            OpenAiMessages.write(json, request.messages());
            OpenAiOptions.write(json, request.options());
            if (topLogprobs != null) {
                json.writeBooleanField("logprobs", true);
                json.writeNumberField("top_logprobs", topLogprobs);
            }
            OpenAiTools.write(json, request.tools(), request.toolChoice());
            OpenAiTools.writeFormat(json, request.responseFormat());
            if (think != null) {
                // OpenAI's API has no such option; vLLM, SGLang and llama.cpp pass this to the model's template.
                json.writeObjectFieldStart("chat_template_kwargs");
                json.writeBooleanField("enable_thinking", think);
                json.writeEndObject();
            }
            OpenAiOptions.writeStream(json, request.stream());
            json.writeEndObject();
        });
    }

    public static byte[] completion(GenerateRequest request) {
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            if (request.prompts().size() == 1) {
                json.writeStringField("prompt", request.prompts().getFirst());
            } else {
                OpenAiOptions.writeStrings(json, "prompt", request.prompts());
            }
            OpenAiOptions.write(json, request.options());
            JsonTokens.optional(json, "logprobs", request.options().topLogprobs());
            OpenAiOptions.writeStream(json, request.stream());
            json.writeEndObject();
        });
    }

    public static byte[] embedding(EmbedRequest request) {
        if (!request.normalize()) {
            throw InferenceException.unsupported("normalize", "the openai backend gives vectors of length 1 only");
        }
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            OpenAiOptions.writeStrings(json, "input", request.inputs());
            json.writeStringField("encoding_format", "float");
            JsonTokens.optional(json, "dimensions", request.dimensions());
            json.writeEndObject();
        });
    }
}
