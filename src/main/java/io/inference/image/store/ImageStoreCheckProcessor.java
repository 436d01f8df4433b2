package io.inference.image.store;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Fails if no picture could be stored for the caller, before a backend works on one: with {@code NOT_CONFIGURED} if
 * IMAGE_GENERATION_ENABLED is false, {@code STORAGE_FULL} if the volume or the caller's quota has no room left,
 * {@code UNAVAILABLE} if the volume or the database cannot be used.
 */
final class ImageStoreCheckProcessor implements Processor {
    private final StoredImages images;
    private final boolean enabled;

    ImageStoreCheckProcessor(StoredImages images, boolean enabled) {
        this.images = images;
        this.enabled = enabled;
    }

    @Override
    public void process(Exchange exchange) {
        if (!enabled) {
            throw InferenceException.notConfigured(
                    "model", "pictures are neither made nor edited here: IMAGE_GENERATION_ENABLED is false");
        }
        Caller owner = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (owner == null) {
            throw new IllegalStateException("pictures are stored for a caller");
        }
        images.checkRoom(owner);
    }
}
