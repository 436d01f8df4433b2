package io.inference.routes.flow;

/** Headers that routes may read and set. No wire can set them: doors strip the prefix. */
public final class RouteHeaders {
    /** Model to ask. */
    public static final String MODEL = "InferenceModel";
    /** Backend to ask: {@code local}, {@code ollama}, {@code openai}. */
    public static final String BACKEND = "InferenceBackend";

    private RouteHeaders() {}
}
