package io.inference.api.request;

import org.jspecify.annotations.Nullable;

/**
 * A request to load a model, or to unload it, without any other work.
 *
 * @param keepAliveJson how long it is to stay loaded, as JSON text in Ollama's format: seconds, or a text such as
 *     {@code "5m"}; null leaves it to the backend
 * @param unload whether it is to be unloaded at once
 */
public record LoadRequest(String model, @Nullable String keepAliveJson, boolean unload) {
    /** The same request for a model of another name. */
    public LoadRequest withModel(String name) {
        return new LoadRequest(name, keepAliveJson, unload);
    }
}
