package io.inference.models;

import io.inference.api.backend.ModelInfo;
import java.util.List;

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

    /** Models that are loaded now. Asks the available backends; one that fails is left out. */
    public List<ModelInfo> loaded() {
        return serving.loaded();
    }
}
