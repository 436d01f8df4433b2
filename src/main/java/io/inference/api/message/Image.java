package io.inference.api.message;

/** A picture in a message. */
public sealed interface Image {
    /** A picture contained in the request, still in base64, as every backend needs it. */
    record Inline(String mediaType, String base64) implements Image {}

    /** A picture that the backend fetches itself. This service never does. */
    record Remote(String url) implements Image {}
}
