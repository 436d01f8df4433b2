package io.inference.models;

import io.inference.api.backend.ModelInfo;
import io.inference.backend.BackendKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The backends of the generation that serves: for reports on the service, which belong to no call. */
public final class ModelDirectory {
    private volatile BackendSet serving = BackendSet.none();

    /** Reports on this set from now on. */
    public void serve(BackendSet set) {
        serving = set;
    }

    /** All models of all backends, in the order of preference; a model of several backends is listed for each. */
    public List<ModelInfo> models() {
        return serving.models();
    }

    /** The backends in the order of preference, with their last known state. */
    public List<BackendState> backends() {
        return serving.states();
    }

    /** The model as the most preferred backend that has it lists it. */
    public Optional<ModelInfo> find(String model) {
        return serving.find(model);
    }

    /** Whether the most preferred backend of a model runs it with the context that a request asks for. */
    public boolean takesContextOfRequest(String model) {
        return find(model)
                .map(found -> serving.named(found.backend()))
                .filter(backend -> backend.entry().kind() == BackendKind.OLLAMA)
                .isPresent();
    }

    /** Tokens of a text by the model's tokenizer; empty unless the most preferred backend of the model has it here. */
    public OptionalInt tokens(String model, String text) {
        return find(model)
                .map(found -> serving.named(found.backend()))
                .map(backend -> backend.tokens(model, text))
                .orElse(OptionalInt.empty());
    }

    /** Models that are loaded now. Asks the available backends; one that fails is left out. */
    public List<ModelInfo> loaded() {
        return serving.loaded();
    }
}
