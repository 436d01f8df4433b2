package io.inference.engine.embedding;

import io.inference.engine.error.UnsupportedModelException;

/** How the hidden states of a text's tokens become one vector; the numbers are those of GGUF's metadata. */
public enum Pooling {
    /** The mean of all. */
    MEAN,
    /** The first token's. */
    FIRST,
    /** The last token's; also if the model declares none. */
    LAST;

    /** @throws UnsupportedModelException for any other number */
    public static Pooling of(int declared) {
        return switch (declared) {
            case 0, 3 -> LAST;
            case 1 -> MEAN;
            case 2 -> FIRST;
            default ->
                throw new UnsupportedModelException(
                        "embeddings of pooling type %d are not supported".formatted(declared));
        };
    }
}
