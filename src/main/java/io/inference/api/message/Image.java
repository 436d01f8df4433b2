package io.inference.api.message;

/** A picture in a message. */
public sealed interface Image {
    /** A picture contained in the request, still in base64, as every backend needs it. */
    record Inline(String mediaType, String base64) implements Image {}

    /**
     * A picture by its URL, which the backend fetches itself, or by the id or address of one that is stored here, which
     * the flow replaces by the picture. The flow fetches others if IMAGE_REMOTE_URLS is set.
     */
    record Remote(String url) implements Image {}
}
