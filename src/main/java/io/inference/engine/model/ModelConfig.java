package io.inference.engine.model;

import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.gguf.GgufMetadata;
import io.inference.engine.tensor.KvLayout;
import java.util.Set;

/**
 * The shape of a llama-like model, from a file's metadata.
 *
 * @param architecture the file's {@code general.architecture}
 * @param layers transformer blocks
 * @param width floats in a token's hidden state
 * @param heads query heads
 * @param kvHeads key-value heads, a divisor of {@code heads}
 * @param headSize floats in a head
 * @param feedForward width of the feed-forward layer
 * @param contextLength positions that the model was trained for
 * @param epsilon added to the mean square in the norms
 * @param rope the rotary position embedding
 */
public record ModelConfig(
        String architecture,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int headSize,
        int feedForward,
        int contextLength,
        float epsilon,
        RopeConfig rope) {
    /** Architectures that rotate neighbouring pairs {@code (2i,2i+1)} of a head; others rotate {@code (i,i+half)}. */
    private static final Set<String> NEIGHBOURING_PAIRS = Set.of("llama");

    private static final Set<String> SUPPORTED = Set.of("llama", "qwen2", "qwen3");

    public ModelConfig {
        require(layers > 0 && width > 0 && heads > 0 && kvHeads > 0 && headSize > 0, "a dimension is not positive");
        require(feedForward > 0 && contextLength > 0, "a dimension is not positive");
        require(heads % kvHeads == 0, "%d query heads cannot share %d key-value heads".formatted(heads, kvHeads));
        require(
                rope.dimensions() % 2 == 0 && rope.dimensions() <= headSize && rope.dimensions() > 0,
                "a rotation of %d of %d dimensions".formatted(rope.dimensions(), headSize));
        // Far beyond any model, and small enough that no product of two of them overflows.
        require(Math.max(Math.max(layers, heads), Math.max(width, feedForward)) <= 1 << 20, "a dimension is too large");
        require((long) heads * headSize <= 1 << 20, "a dimension is too large");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new UnsupportedModelException("the model's metadata makes no sense: " + otherwise);
        }
    }

    /**
     * Reads the shape.
     *
     * @throws UnsupportedModelException for an architecture or a kind of position scaling that this engine does not
     *     support
     * @throws io.inference.engine.gguf.GgufException if a key is missing
     */
    public static ModelConfig of(GgufMetadata metadata) {
        String arch = metadata.string("general.architecture");
        if (!SUPPORTED.contains(arch)) {
            throw new UnsupportedModelException("the architecture '%s' is not supported; these are: %s"
                    .formatted(arch, SUPPORTED.stream().sorted().toList()));
        }
        if (metadata.optionalInteger(arch + ".expert_count").orElse(0) > 0) {
            throw new UnsupportedModelException("models with a mixture of experts are not supported");
        }
        int width = metadata.integer(arch + ".embedding_length");
        int heads = Math.max(1, metadata.integer(arch + ".attention.head_count"));
        int headSize = metadata.optionalInteger(arch + ".attention.key_length").orElse(width / heads);
        require(
                metadata.optionalInteger(arch + ".attention.value_length").orElse(headSize) == headSize,
                "keys and values of different sizes");
        return new ModelConfig(
                arch,
                metadata.integer(arch + ".block_count"),
                width,
                heads,
                metadata.optionalInteger(arch + ".attention.head_count_kv").orElse(heads),
                headSize,
                metadata.integer(arch + ".feed_forward_length"),
                metadata.integer(arch + ".context_length"),
                metadata.decimal(arch + ".attention.layer_norm_rms_epsilon"),
                RopeConfig.of(metadata, arch, headSize, NEIGHBOURING_PAIRS.contains(arch)));
    }

    /** The layout of the keys and values of such a model in pages. */
    public KvLayout kvLayout() {
        return new KvLayout(layers, kvHeads, headSize);
    }

    /** Floats in a token's queries. */
    public int queryWidth() {
        return heads * headSize;
    }

    /** Floats in a token's keys, and in its values. */
    public int kvWidth() {
        return kvHeads * headSize;
    }
}
