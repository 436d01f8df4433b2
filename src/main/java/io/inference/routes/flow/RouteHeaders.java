package io.inference.routes.flow;

/** Headers that routes may read and set. Clients cannot set them: doors strip the prefix. */
public final class RouteHeaders {
    /** The requested model. */
    public static final String MODEL = "InferenceModel";
    /** The backend to use: the name of its entry, such as {@code ollama}. */
    public static final String BACKEND = "InferenceBackend";

    private RouteHeaders() {}
}
