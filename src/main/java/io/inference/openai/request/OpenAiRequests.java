package io.inference.openai.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.upstream.JsonTokens;
import java.io.IOException;

/** Requests in the format of OpenAI's API. */
public final class OpenAiRequests {
    private static final String TEMPLATE = "chat_template_kwargs";

    private OpenAiRequests() {}

    public static byte[] chat(ChatRequest request) {
        return chat(request, request.options().limitName());
    }

    /** @param limitName the name of the limit on tokens that the server takes */
    public static byte[] chat(ChatRequest request, String limitName) {
        Integer topLogprobs = request.options().topLogprobs();
        Extras extras = request.extras().of(Extras.Format.OPENAI);
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            OpenAiMessages.write(json, request.messages());
            OpenAiOptions.write(json, request.options(), limitName);
            if (topLogprobs != null) {
                json.writeBooleanField("logprobs", true);
                json.writeNumberField("top_logprobs", topLogprobs);
            }
            OpenAiTools.write(json, request.tools());
            OpenAiTools.writeChoice(json, request.toolChoice(), extras.json("tool_choice"));
            OpenAiTools.writeFormat(json, request.responseFormat(), extras.json("response_format"));
            writeThinking(json, request, extras);
            OpenAiOptions.writeStream(json, request.stream(), extras);
            OpenAiOptions.writeExtras(json, extras);
            json.writeEndObject();
        });
    }

    private static void writeThinking(JsonGenerator json, ChatRequest request, Extras extras) throws IOException {
        Boolean think = request.think();
        if (request.reasoningEffort() != null) {
            json.writeStringField("reasoning_effort", request.reasoningEffort());
        } else if (think != null && extras.json(TEMPLATE) == null) {
            // OpenAI's API has no such option; vLLM, SGLang and llama.cpp pass this to the model's template.
            json.writeObjectFieldStart(TEMPLATE);
            json.writeBooleanField("enable_thinking", think);
            json.writeEndObject();
        }
    }

    public static byte[] completion(GenerateRequest request) {
        return completion(request, request.options().limitName());
    }

    /** @param limitName the name of the limit on tokens that the server takes */
    public static byte[] completion(GenerateRequest request, String limitName) {
        Extras extras = request.extras().of(Extras.Format.OPENAI);
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            if (request.prompts().size() == 1) {
                json.writeStringField("prompt", request.prompts().getFirst());
            } else {
                OpenAiOptions.writeStrings(json, "prompt", request.prompts());
            }
            OpenAiOptions.write(json, request.options(), limitName);
            JsonTokens.optional(json, "logprobs", request.options().topLogprobs());
            OpenAiOptions.writeStream(json, request.stream(), extras);
            OpenAiOptions.writeExtras(json, extras);
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
            String tokens = request.extras().of(Extras.Format.OPENAI).json(EmbedRequest.INPUT);
            if (tokens == null) {
                OpenAiOptions.writeStrings(json, "input", request.inputs());
            } else {
                json.writeFieldName("input");
                json.writeRawValue(tokens);
            }
            json.writeStringField("encoding_format", "float");
            JsonTokens.optional(json, "dimensions", request.dimensions());
            OpenAiOptions.writeExtras(json, request.extras().of(Extras.Format.OPENAI));
            json.writeEndObject();
        });
    }
}
