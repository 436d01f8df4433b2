package io.inference.api.stream;

import io.inference.api.image.ImageData;
import org.jspecify.annotations.Nullable;

/** What happens while pictures are made. Pictures of a request are numbered from 0. */
public sealed interface ImageEvent extends StreamEvent {
    /**
     * The work goes on. Rates are not smooth, and a backend may report none.
     *
     * @param done steps that are done, of all pictures together
     * @param total all steps; 0 if unknown
     * @param queued requests before this one at the backend; 0 once it has begun
     */
    record Progress(int done, int total, int queued) implements ImageEvent {}

    /**
     * A preview.
     *
     * @param image number of the picture
     * @param number of the preview of this picture, from 0
     */
    record Partial(int image, int number, ImageData preview) implements ImageEvent {}

    /**
     * A picture is complete.
     *
     * @param image number of the picture
     * @param revisedPrompt the prompt that the backend made of the caller's; null if it made none
     * @param id of the stored picture; null if it is not stored (yet)
     * @param url a link to it that expires; null if it is not stored (yet)
     */
    record Completed(
            int image,
            ImageData data,
            @Nullable String revisedPrompt,
            @Nullable String id,
            @Nullable String url) implements ImageEvent {
        /** As a backend sends it: not stored yet. */
        public Completed(int image, ImageData data, @Nullable String revisedPrompt) {
            this(image, data, revisedPrompt, null, null);
        }

        /**
         * The same picture once it is stored.
         *
         * @param stored its bytes as they are kept
         */
        public Completed stored(ImageData stored, String newId, @Nullable String link) {
            return new Completed(image, stored, revisedPrompt, newId, link);
        }
    }
}
