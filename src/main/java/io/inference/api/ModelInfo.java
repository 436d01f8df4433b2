package io.inference.api;

import org.jspecify.annotations.Nullable;

/**
 * A model that a backend has. What the backend does not tell is null.
 *
 * @param ready whether it answers without being loaded first
 * @param sizeBytes size of the file
 * @param digest SHA-256 of the file in hex
 * @param family architecture, such as {@code llama}
 * @param parameterSize such as {@code 134.52M}
 * @param quantization such as {@code Q4_1}
 * @param modifiedEpochSeconds when the file was last changed
 */
public record ModelInfo(
        String id,
        String backend,
        boolean ready,
        @Nullable Integer contextLength,
        @Nullable Long sizeBytes,
        @Nullable String digest,
        @Nullable String family,
        @Nullable String parameterSize,
        @Nullable String quantization,
        @Nullable Long modifiedEpochSeconds) {
    /** A model of which only the name is known. */
    public static ModelInfo named(String id, String backend) {
        return new ModelInfo(id, backend, true, null, null, null, null, null, null, null);
    }
}
