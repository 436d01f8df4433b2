package io.inference.image.store;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Fails if no picture could be stored for the caller, before a backend works on one: with {@code NOT_CONFIGURED} if
 * IMAGE_GENERATION_ENABLED is false, {@code INVALID_REQUEST} if it would be too large, {@code STORAGE_FULL} if
 * the volume or the caller's quota has no room left, {@code UNAVAILABLE} if the volume or the database cannot be used.
 */
final class ImageStoreCheckProcessor implements Processor {
    private final StoredImages images;
    private final int mostPixelsASide;
    private final boolean enabled;

    ImageStoreCheckProcessor(StoredImages images, int mostPixelsASide, boolean enabled) {
        this.images = images;
        this.mostPixelsASide = mostPixelsASide;
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
        if (exchange.getMessage().getBody() instanceof ImageRequest request) {
            checkSize(request.options().size());
        }
        images.checkRoom(owner);
    }

    private void checkSize(@Nullable ImageSize size) {
        if (size != null && Math.max(size.width(), size.height()) > mostPixelsASide) {
            throw InferenceException.invalid(
                    "size", "'size' may be " + mostPixelsASide + " pixels a side at most (MAX_IMAGE_SIZE)");
        }
    }
}
