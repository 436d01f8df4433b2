package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.message.Extras;

/** A request that a backend can serve. */
public sealed interface InferenceRequest
        permits ChatRequest, GenerateRequest, EmbedRequest, SummarizeRequest, ImageRequest {
    /** The model as the caller named it. */
    String model();

    Operation operation();

    /** The same request to another model. */
    InferenceRequest withModel(String name);

    /** Fields that this service does not model. */
    Extras extras();
}
