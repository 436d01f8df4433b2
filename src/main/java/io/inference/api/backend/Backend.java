package io.inference.api.backend;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.LoadRequest;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Runs models. Each method blocks, on a virtual thread, until it has the whole answer or its first chunk; a failure
 * before that is an exception, after which another backend may be tried. A cancelled {@link Call} stops the work at
 * once.
 */
public interface Backend {
    /** Its name in routes, logs and metrics: the name of its entry. */
    String name();

    /**
     * The models that it has now, freshly queried.
     *
     * @throws InferenceException if it does not answer; {@code NOT_CONFIGURED} if it never will,
     *     so that it has no models
     */
    List<ModelInfo> models();

    /** Those of its models that are loaded now; empty if it does not report them. */
    default List<ModelInfo> loaded() {
        return List.of();
    }

    /**
     * Asks its server a path, such as {@code /health}; a backend without a server is always available.
     *
     * @throws InferenceException if the answer is not 2xx
     */
    default void check(String path) {}

    /** Sets a task to run when the models change; never run for a backend that has to be asked. */
    default void onModelsChange(Runnable task) {}

    /** Tokens of a text by the tokenizer of a model; empty if they cannot be counted without asking its server. */
    default OptionalInt tokens(String model, String text) {
        return OptionalInt.empty();
    }

    /** Details of one model that it has; without further ones, what its list says. */
    default ModelDetails details(String model) {
        ModelInfo info = models().stream()
                .filter(listed -> listed.id().equals(model))
                .findFirst()
                .orElseThrow(() -> InferenceException.modelNotFound(model));
        return new ModelDetails(info, null, null, Map.of(), List.of());
    }

    /**
     * Loads or unloads a model, and waits for it. A backend that decides itself which models are loaded does nothing.
     *
     * @throws InferenceException if it does not have the model, or fails
     */
    void load(LoadRequest request, Call call);

    ChatAnswer chat(ChatRequest request, Call call);

    ChatAnswer generate(GenerateRequest request, Call call);

    EmbedAnswer embed(EmbedRequest request, Call call);

    /**
     * Makes or edits pictures: returns once the backend has accepted the request, with all that happens then as events.
     * Only a backend of a kind that makes pictures is asked.
     */
    default ImageAnswer image(ImageRequest request, Call call) {
        throw InferenceException.unsupported("model", "the " + name() + " backend makes no pictures");
    }
}
