package io.inference.http.format;

import io.inference.api.backend.ListedModel;
import io.inference.api.backend.ModelInfo;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bodies that the flows about models leave. */
public final class ModelBodies {
    private ModelBodies() {}

    /**
     * The models of a body, each id once.
     *
     * @throws InferenceException if the body is not a list of models
     */
    public static List<ListedModel> list(@Nullable Object body) {
        if (!(body instanceof List<?> models) || !models.stream().allMatch(ModelInfo.class::isInstance)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without a list of models");
        }
        return ListedModel.group(models.stream().map(ModelInfo.class::cast).toList());
    }
}
