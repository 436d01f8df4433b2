package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.message.Extras;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures to make from a text, or from a text and pictures.
 *
 * @param model empty: the default model of the backend that is asked
 * @param images the pictures to edit; empty for a generation
 * @param mask the part of the first picture to edit: where it is transparent; null for all of it
 * @param stream whether the caller reads events
 * @param extras other fields, such as {@code negative_prompt}, {@code seed} and {@code steps}
 */
public record ImageRequest(
        String model,
        String prompt,
        List<ImageInput> images,
        @Nullable ImageInput mask,
        ImageOptions options,
        boolean stream,
        Extras extras)
        implements InferenceRequest {
    public ImageRequest {
        images = List.copyOf(images);
    }

    @Override
    public Operation operation() {
        return Operation.IMAGE;
    }

    @Override
    public ImageRequest withModel(String name) {
        return new ImageRequest(name, prompt, images, mask, options, stream, extras);
    }

    /** The same request with another prompt. */
    public ImageRequest withPrompt(String text) {
        return new ImageRequest(model, text, images, mask, options, stream, extras);
    }

    /** The same request for other pictures. */
    public ImageRequest withImages(List<ImageInput> pictures, @Nullable ImageInput maskOfFirst) {
        return new ImageRequest(model, prompt, pictures, maskOfFirst, options, stream, extras);
    }

    /** Whether pictures are to be edited. */
    public boolean isEdit() {
        return !images.isEmpty();
    }
}
