package io.inference.http.openai.image;

import io.inference.api.image.ImageData;
import io.inference.api.image.ImageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says of a picture.
 *
 * @param format {@code png}, {@code jpeg} or {@code webp}; null for another
 * @param size its width and height if its first bytes show them, as those of a PNG do; null otherwise
 */
record PictureFacts(@Nullable String format, @Nullable String size) {
    private static final int WIDTH_AT = 16;

    static PictureFacts of(ImageData picture) {
        return switch (picture.mediaType()) {
            case "image/png" -> new PictureFacts("png", sizeOfPng(picture.bytes()));
            case "image/jpeg" -> new PictureFacts("jpeg", null);
            case "image/webp" -> new PictureFacts("webp", null);
            default -> new PictureFacts(null, null);
        };
    }

    /** The header of a PNG is its first chunk. */
    private static @Nullable String sizeOfPng(byte[] bytes) {
        if (bytes.length < WIDTH_AT + 2 * Integer.BYTES) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, WIDTH_AT, 2 * Integer.BYTES);
        return new ImageSize(header.getInt(), header.getInt()).toString();
    }
}
