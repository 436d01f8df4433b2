package io.inference.models;

import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares what a request needs with what an entry lacks. */
final class Needs {
    private Needs() {}

    /** Why a backend cannot serve a request, naming the parameter that it does not honour; null if it can. */
    static @Nullable InferenceException unmet(Set<String> lacks, InferenceRequest request) {
        if (lacks.isEmpty()) {
            return null;
        }
        return switch (request) {
            case ChatRequest chat -> unmetByChat(lacks, chat);
            case GenerateRequest generate -> unmetByText(lacks, "completions", generate.options(), generate.stream());
            case EmbedRequest embed -> lacks.contains("embeddings") ? lack("model", "embeddings") : null;
        };
    }

    private static @Nullable InferenceException unmetByChat(Set<String> lacks, ChatRequest chat) {
        if (lacks.contains("tools") && !chat.tools().isEmpty()) {
            return lack("tools", "tools");
        }
        ResponseFormat format = chat.responseFormat();
        boolean schema = format instanceof ResponseFormat.JsonSchema && lacks.contains("json_schema");
        if (schema || format instanceof ResponseFormat.JsonObject && lacks.contains("json_object")) {
            return lack("response_format", "this response format");
        }
        if (lacks.contains("images")
                && chat.messages().stream()
                        .anyMatch(message -> !message.images().isEmpty())) {
            return lack("messages", "images");
        }
        return unmetByText(lacks, "chat", chat.options(), chat.stream());
    }

    private static @Nullable InferenceException unmetByText(
            Set<String> lacks, String operation, Options options, boolean stream) {
        if (lacks.contains(operation)) {
            return lack("model", operation);
        }
        if (lacks.contains("streaming") && stream) {
            return lack("stream", "streaming");
        }
        return lacks.contains("logprobs") && options.topLogprobs() != null
                ? lack("logprobs", "log probabilities")
                : null;
    }

    private static InferenceException lack(String param, String what) {
        return InferenceException.unsupported(param, "no backend that has the model supports " + what);
    }
}
