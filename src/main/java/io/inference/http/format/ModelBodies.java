package io.inference.http.format;

import io.inference.api.backend.ModelInfo;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the flows that tell of models leave as their body. */
public final class ModelBodies {
    private ModelBodies() {}

    /**
     * The models of a body, each id once, as the first backend that lists it does: it is the one that would be asked.
     *
     * @throws InferenceException where the body is no list of models
     */
    public static List<ModelInfo> list(@Nullable Object body) {
        if (!(body instanceof List<?> models) || !models.stream().allMatch(ModelInfo.class::isInstance)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without a list of models");
        }
        Set<String> ids = new HashSet<>();
        return models.stream()
                .map(ModelInfo.class::cast)
                .filter(model -> ids.add(model.id()))
                .toList();
    }
}
