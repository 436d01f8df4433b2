package io.inference.api.backend;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import java.util.List;

/**
 * What runs models. Each method blocks, on a virtual thread, until it holds a whole answer or the first chunk of one; before that,
 * failure is an exception and another backend may be tried. A cancelled {@link Call} stops the work at once.
 */
public interface Backend {
    /** Its name in routes, logs and metrics: {@code local}, {@code ollama}, {@code openai}. */
    String name();

    /** Whether settings give it something to talk to. One that is off has no models and is never asked. */
    boolean enabled();

    /**
     * The models it has now, asked afresh.
     *
     * @throws io.inference.api.error.InferenceException if it does not answer; with {@code NOT_CONFIGURED} if it never
     * will, so that it has no models
     */
    List<ModelInfo> models();

    /** Those of its models that are loaded now; empty where it does not say. */
    default List<ModelInfo> loaded() {
        return List.of();
    }

    /** Runs the task if the models change; never for a backend that has to be asked. */
    default void onModelsChange(Runnable task) {}

    /** All about one model that it has. */
    ModelDetails details(String model);

    ChatAnswer chat(ChatRequest request, Call call);

    ChatAnswer generate(GenerateRequest request, Call call);

    EmbedAnswer embed(EmbedRequest request, Call call);
}
