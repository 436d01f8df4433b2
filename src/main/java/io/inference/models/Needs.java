package io.inference.models;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.request.Unsupported;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a request needs with what an entry lacks: an operation ({@code chat}, {@code completions},
 * {@code embeddings}, {@code streaming}), or a feature or field as of {@link Unsupported}.
 */
final class Needs {
    private Needs() {}

    /** Why a backend cannot serve a request, naming the parameter that it does not honour; null if it can. */
    static @Nullable InferenceException unmet(Set<String> lacks, InferenceRequest request) {
        InferenceException operation = unmetOperation(lacks, request);
        if (operation != null) {
            return operation;
        }
        List<String> params = Unsupported.check(request, lacks);
        return params.isEmpty() ? null : lack(params.getFirst(), "'" + params.getFirst() + "'");
    }

    /** The same of what cannot be dropped. */
    static @Nullable InferenceException unmetOperation(Set<String> lacks, InferenceRequest request) {
        return switch (request) {
            case ChatRequest chat -> unmet(lacks, "chat", chat.stream());
            case GenerateRequest generate -> unmet(lacks, "completions", generate.stream());
            case EmbedRequest embed -> unmet(lacks, "embeddings", false);
            case SummarizeRequest summarize -> unmet(lacks, "chat", false);
        };
    }

    private static @Nullable InferenceException unmet(Set<String> lacks, String operation, boolean stream) {
        if (lacks.contains(operation)) {
            return lack("model", operation);
        }
        return stream && lacks.contains("streaming") ? lack("stream", "streaming") : null;
    }

    private static InferenceException lack(String param, String what) {
        return InferenceException.unsupported(param, "no backend that has the model supports " + what);
    }

    /**
     * The request as a backend that lacks something takes it: the limit of tokens under the other name, and without
     * what its caller allows to be dropped.
     *
     * @throws InferenceException {@code UNSUPPORTED} if it needs what the backend lacks
     */
    static InferenceRequest adapted(InferenceRequest request, Set<String> lacks, String backend, Call call) {
        if (lacks.isEmpty()) {
            return request;
        }
        InferenceRequest honoured = Unsupported.honour(request, lacks, backend, call);
        return switch (honoured) {
            case ChatRequest chat -> chat.withOptions(chat.options().withLimitNot(lacks));
            case GenerateRequest generate ->
                generate.withOptions(generate.options().withLimitNot(lacks));
            case EmbedRequest embed -> embed;
            case SummarizeRequest summarize -> summarize;
        };
    }
}
