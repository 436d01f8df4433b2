package io.inference.engine.model;

import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.gguf.GgufMetadata;

/**
 * Rotary position embedding: pair {@code i} of a head is rotated by {@code position * scale * base^(-2i/dimensions)}.
 *
 * @param dimensions number of a head's floats that are rotated, from the first
 * @param base the base of the frequencies
 * @param scale factor of positions: 1, or less if the file declares linear scaling
 * @param neighbouring whether the pairs are {@code (2i,2i+1)}, or else {@code (i,i+dimensions/2)}
 */
public record RopeConfig(int dimensions, float base, float scale, boolean neighbouring) {
    static RopeConfig of(GgufMetadata metadata, String arch, int headSize, boolean neighbouring) {
        String scaling = metadata.optionalString(arch + ".rope.scaling.type").orElse("none");
        float scale = switch (scaling) {
            case "none" -> 1f;
            case "linear" -> 1 / metadata.decimal(arch + ".rope.scaling.factor");
            default ->
                throw new UnsupportedModelException(
                        "the position scaling '%s' is not supported; none and linear are".formatted(scaling));
        };
        return new RopeConfig(
                metadata.optionalInteger(arch + ".rope.dimension_count").orElse(headSize),
                metadata.optionalDecimal(arch + ".rope.freq_base").orElse(10_000f),
                scale,
                neighbouring);
    }
}
