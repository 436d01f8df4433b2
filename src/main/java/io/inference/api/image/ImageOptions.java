package io.inference.api.image;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How pictures are made, in the terms of OpenAI's API; null where the caller left it to the backend.
 *
 * @param count pictures to make, at least 1
 * @param size null is auto
 * @param quality such as {@code high}
 * @param background {@code transparent} or {@code opaque}
 * @param format {@code png}, {@code jpeg} or {@code webp}
 * @param compression of JPEG and WebP, in percent
 * @param moderation such as {@code low}
 * @param inputFidelity how closely an edit keeps to its pictures, {@code high} or {@code low}
 * @param partialImages previews of each picture that a stream asks for, 0 to 3
 */
public record ImageOptions(
        int count,
        @Nullable ImageSize size,
        @Nullable String quality,
        @Nullable String background,
        @Nullable String format,
        @Nullable Integer compression,
        @Nullable String moderation,
        @Nullable String inputFidelity,
        int partialImages) {
    /** One picture, everything else left to the backend. */
    public static final ImageOptions DEFAULT = new ImageOptions(1, null, null, null, null, null, null, null, 0);

    /** The same options without those that a backend lacks: names as of OpenAI's API. */
    public ImageOptions without(Set<String> lacks) {
        return new ImageOptions(
                lacks.contains("n") ? 1 : count,
                lacks.contains("size") ? null : size,
                lacks.contains("quality") ? null : quality,
                lacks.contains("background") ? null : background,
                lacks.contains("output_format") ? null : format,
                lacks.contains("output_compression") ? null : compression,
                lacks.contains("moderation") ? null : moderation,
                lacks.contains("input_fidelity") ? null : inputFidelity,
                lacks.contains("partial_images") ? 0 : partialImages);
    }
}
