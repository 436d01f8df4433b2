package io.inference.models;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.request.Unsupported;
import java.util.List;
import java.util.Set;

/**
 * What follows if a request needs what an entry lacks: an operation, a feature or a field as of {@link Unsupported}.
 */
final class Needs {
    private Needs() {}

    /** Why a backend that lacks these parameters of a request cannot serve it: names the first. */
    static InferenceException unmet(InferenceRequest request, List<String> params) {
        String param = params.getFirst();
        String what = switch (param) {
            case "model" -> Unsupported.operation(request);
            case "stream" -> Unsupported.STREAMING;
            default -> "'" + param + "'";
        };
        return InferenceException.unsupported(param, "no backend that has the model supports " + what);
    }

    /**
     * The request as a backend that lacks something takes it: the limit of tokens under the other name, instructions
     * of the system in the user's first message, and without what its caller allows to be dropped.
     *
     * @throws InferenceException {@code UNSUPPORTED} if it needs what the backend lacks
     */
    static InferenceRequest adapted(InferenceRequest request, Set<String> lacks, String backend, Call call) {
        if (lacks.isEmpty()) {
            return request;
        }
        InferenceRequest honoured = Unsupported.honour(request, lacks, backend, call);
        return switch (honoured) {
            case ChatRequest chat -> {
                ChatRequest limited = chat.withOptions(chat.options().withLimitNot(lacks));
                yield lacks.contains(Unsupported.SYSTEM_MESSAGES) ? limited.withoutSystem() : limited;
            }
            case GenerateRequest generate ->
                generate.withOptions(generate.options().withLimitNot(lacks));
            case EmbedRequest embed -> embed;
            case SummarizeRequest summarize -> summarize;
            case ImageRequest image -> image;
        };
    }
}
