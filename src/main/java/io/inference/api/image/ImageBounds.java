package io.inference.api.image;

import io.inference.api.error.InferenceException;
import java.util.Set;

/** Bounds of requests for pictures, the same at every door. */
public final class ImageBounds {
    /** OpenAI's own limit, in characters. */
    public static final int LONGEST_PROMPT = 32_000;

    public static final int MOST_PICTURES = 10;
    public static final int MOST_PREVIEWS = 3;

    /** Pictures that one edit may take. */
    public static final int MOST_INPUTS = 16;

    private static final Set<String> TYPES = Set.of("image/png", "image/jpeg", "image/webp");

    private ImageBounds() {}

    /**
     * The prompt, if it may be sent.
     *
     * @throws InferenceException naming {@code prompt} if it is empty or too long
     */
    public static String prompt(String text) {
        if (text.isBlank()) {
            throw InferenceException.invalid("prompt", "'prompt' is required");
        }
        if (text.length() > LONGEST_PROMPT) {
            throw InferenceException.invalid("prompt", "'prompt' may have " + LONGEST_PROMPT + " characters at most");
        }
        return text;
    }

    /**
     * A picture to edit that came with the request.
     *
     * @param param the field that it came in
     * @throws InferenceException naming that field if the bytes begin like no PNG, JPEG or WebP
     */
    public static InlineImage input(String param, byte[] bytes) {
        return new InlineImage(new ImageData(inputType(param, bytes), bytes));
    }

    /** Its type, as {@link #input}, by its first {@link ImageData#START} bytes. */
    public static String inputType(String param, byte[] start) {
        String mediaType = ImageData.of(start).mediaType();
        if (!TYPES.contains(mediaType)) {
            throw InferenceException.invalid(param, "'" + param + "' must be a PNG, JPEG or WebP file");
        }
        return mediaType;
    }

    /**
     * The options, if they go together.
     *
     * @throws InferenceException naming the field that does not
     */
    public static ImageOptions checked(ImageOptions options, boolean stream) {
        String format = options.format();
        Integer compression = options.compression();
        if (compression != null && compression < 100 && (format == null || format.equals("png"))) {
            throw InferenceException.invalid(
                    "output_compression", "'output_compression' needs 'output_format' jpeg or webp");
        }
        if ("transparent".equals(options.background()) && "jpeg".equals(format)) {
            throw InferenceException.invalid("background", "a JPEG has no transparent 'background'");
        }
        if (options.partialImages() > 0 && !stream) {
            throw InferenceException.invalid("partial_images", "'partial_images' needs 'stream'");
        }
        return options;
    }
}
