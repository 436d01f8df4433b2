package io.inference.http;

import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.api.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the flows that tell of models leave as their body. */
public final class ModelBodies {
    private ModelBodies() {}

    /** @throws InferenceException where the body is no list of models */
    public static List<ModelInfo> list(@Nullable Object body) {
        if (!(body instanceof List<?> models) || !models.stream().allMatch(ModelInfo.class::isInstance)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without a list of models");
        }
        return models.stream().map(ModelInfo.class::cast).toList();
    }
}
