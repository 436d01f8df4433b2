package io.inference.http.openai.image;

import io.inference.api.image.ImageData;
import io.inference.api.image.ImageSize;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says of a picture.
 *
 * @param format {@code png}, {@code jpeg} or {@code webp}; null for another
 * @param size its width and height as its header says; null if it is of another format, or damaged
 */
record PictureFacts(@Nullable String format, @Nullable String size) {
    static PictureFacts of(ImageData picture) {
        String format = switch (picture.mediaType()) {
            case "image/png" -> "png";
            case "image/jpeg" -> "jpeg";
            case "image/webp" -> "webp";
            default -> null;
        };
        String size = format == null
                ? null
                : ImageSize.of(picture).map(ImageSize::toString).orElse(null);
        return new PictureFacts(format, size);
    }
}
