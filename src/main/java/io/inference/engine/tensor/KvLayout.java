package io.inference.engine.tensor;

/**
 * The layout of one page of the key-value cache: the keys and values of {@link #PAGE_TOKENS} consecutive positions for
 * every layer, in one {@code float[pageFloats()]}.
 *
 * <p>For each layer and each key-value head a page has first the keys as {@code K (headSize,16)}, so that the scores of
 * all sixteen positions are in one vector register without a horizontal sum, and then the values as {@code V
 * (16,headSize)}, for the same reason in the other direction.
 *
 * @param layers transformer blocks
 * @param heads key-value heads in a layer
 * @param headSize floats in a head's key or value
 */
public record KvLayout(int layers, int heads, int headSize) {
    /** Positions in a page. */
    public static final int PAGE_TOKENS = 16;

    /** Floats in one page. */
    public int pageFloats() {
        return Math.multiplyExact(layers * heads * 2, headSize * PAGE_TOKENS);
    }

    /** Offset in a page of the keys {@code K (headSize,16)} of a layer's head. */
    public int keyOffset(int layer, int head) {
        return (layer * heads + head) * 2 * headSize * PAGE_TOKENS;
    }

    /** Offset in a page of the values {@code V (16,headSize)} of a layer's head. */
    public int valueOffset(int layer, int head) {
        return keyOffset(layer, head) + headSize * PAGE_TOKENS;
    }

    /** Number of pages for {@code tokens} positions. */
    public static int pagesFor(int tokens) {
        return Math.ceilDiv(tokens, PAGE_TOKENS);
    }
}
