package io.inference.engine.cpu.kernel;

import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;

import io.inference.engine.tensor.KvLayout;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention of a tile of four queries that share a key-value head. The scores of one page's sixteen positions are
 * computed in one register (two, if it holds eight floats) because keys are stored transposed; see {@link KvLayout}.
 */
public final class AttentionKernel {
    /** Queries that share each loaded key and value. */
    public static final int TILE = 4;

    private static final int PAGE = KvLayout.PAGE_TOKENS;

    private final KvLayout layout;
    private final float[] queries; // (4,headSize), scaled
    private final int[] lengths = new int[TILE]; // positions that each query sees
    private float[] scores = {}; // (4,positions rounded up to pages)

    public AttentionKernel(KvLayout layout) {
        this.layout = layout;
        this.queries = new float[TILE * layout.headSize()];
    }

    public KvLayout layout() {
        return layout;
    }

    /** Sets query {@code index} of the tile; one that sees no position is left out. */
    public void query(int index, float[] q, int at, int positions) {
        int size = layout.headSize();
        float scale = (float) (1 / Math.sqrt(size));
        for (int d = 0; d < size; d++) {
            queries[index * size + d] = q[at + d] * scale;
        }
        lengths[index] = positions;
    }

    /** Marks the tile's queries from {@code count} on as absent. */
    public void limit(int count) {
        Arrays.fill(lengths, count, TILE, 0);
    }

    /** Attends and writes the result of query {@code i} to {@code out[outAt[i] .. outAt[i]+headSize)}. */
    public void attend(List<float[]> pages, int layer, int head, float[] out, int[] outAt) {
        int positions = 0;
        for (int length : lengths) {
            positions = Math.max(positions, length);
        }
        int pageCount = KvLayout.pagesFor(positions);
        int stride = pageCount * PAGE;
        if (scores.length < TILE * stride) {
            scores = new float[Math.max(TILE * stride, 2 * scores.length)];
        }
        for (int p = 0; p < pageCount; p++) {
            score(pages.get(p), layout.keyOffset(layer, head), p * PAGE, stride);
        }
        for (int i = 0; i < TILE; i++) {
            if (lengths[i] > 0) {
                softmax(scores, i * stride, lengths[i], stride);
            } else {
                Arrays.fill(scores, i * stride, i * stride + positions, 0f);
            }
        }
        for (int d = 0; d < layout.headSize(); d += LANES) {
            if (d + LANES <= layout.headSize()) {
                mix(pages, layout.valueOffset(layer, head) + d, positions, stride, out, outAt, d);
            } else {
                mixTail(pages, layout.valueOffset(layer, head), positions, stride, out, outAt, d);
            }
        }
    }

    /** The scores of one page's positions for the four queries. */
    private void score(float[] page, int keys, int position, int stride) {
        int size = layout.headSize();
        for (int j = 0; j < PAGE; j += LANES) {
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int d = 0; d < size; d++) {
                FloatVector key = FloatVector.fromArray(FLOATS, page, keys + d * PAGE + j);
                s0 = key.fma(FloatVector.broadcast(FLOATS, queries[d]), s0);
                s1 = key.fma(FloatVector.broadcast(FLOATS, queries[size + d]), s1);
                s2 = key.fma(FloatVector.broadcast(FLOATS, queries[2 * size + d]), s2);
                s3 = key.fma(FloatVector.broadcast(FLOATS, queries[3 * size + d]), s3);
            }
            s0.intoArray(scores, position + j);
            s1.intoArray(scores, stride + position + j);
            s2.intoArray(scores, 2 * stride + position + j);
            s3.intoArray(scores, 3 * stride + position + j);
        }
    }

    /**
     * Softmax of {@code x[at .. at+length)} in place, and zeros from there up to {@code at+padded}, a whole number of
     * pages. Each lane of the pages is summed separately, then the lanes are added. The exponential is {@link Exp#of}
     * in registers.
     */
    static void softmax(float[] x, int at, int length, int padded) {
        Arrays.fill(x, at + length, at + padded, Float.NEGATIVE_INFINITY);
        FloatVector maxima = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = at; i < at + padded; i += LANES) {
            maxima = maxima.max(FloatVector.fromArray(FLOATS, x, i));
        }
        float max = maxima.reduceLanes(VectorOperators.MAX);
        float[] slots = new float[PAGE];
        for (int slot = 0; slot < PAGE; slot += LANES) {
            FloatVector sums = FloatVector.zero(FLOATS);
            for (int i = at + slot; i < at + padded; i += PAGE) {
                FloatVector v = FloatVector.fromArray(FLOATS, x, i).sub(max).max(Exp.LOWEST);
                FloatVector shifted = v.mul(Exp.LOG2_E).add(Exp.ROUNDING);
                FloatVector n = shifted.sub(Exp.ROUNDING);
                FloatVector r = n.lanewise(VectorOperators.FMA, -Exp.LN2_HIGH, v);
                r = n.lanewise(VectorOperators.FMA, -Exp.LN2_LOW, r);
                FloatVector e = r.mul(Exp.C6).add(Exp.C5);
                e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, Exp.C4));
                e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, Exp.C3));
                e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, Exp.C2));
                e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, 1f));
                e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, 1f));
                e = shifted.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 23)
                        .add(e.reinterpretAsInts())
                        .reinterpretAsFloats();
                e.intoArray(x, i);
                sums = sums.add(e);
            }
            sums.intoArray(slots, slot);
        }
        float total = 0;
        for (float sum : slots) {
            total += sum;
        }
        float scale = 1 / total;
        for (int i = at; i < at + length; i++) {
            x[i] *= scale;
        }
        Arrays.fill(x, at + length, at + padded, 0f);
    }

    /** One register's width of the four results: the values weighted by the scores. */
    private void mix(List<float[]> pages, int values, int positions, int stride, float[] out, int[] outAt, int d) {
        int size = layout.headSize();
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int start = 0; start < positions; start += PAGE) {
            float[] page = pages.get(start / PAGE);
            int count = Math.min(PAGE, positions - start);
            for (int t = 0; t < count; t++) {
                FloatVector value = FloatVector.fromArray(FLOATS, page, values + t * size);
                int at = start + t;
                s0 = value.fma(FloatVector.broadcast(FLOATS, scores[at]), s0);
                s1 = value.fma(FloatVector.broadcast(FLOATS, scores[stride + at]), s1);
                s2 = value.fma(FloatVector.broadcast(FLOATS, scores[2 * stride + at]), s2);
                s3 = value.fma(FloatVector.broadcast(FLOATS, scores[3 * stride + at]), s3);
            }
        }
        if (lengths[0] > 0) {
            s0.intoArray(out, outAt[0] + d);
        }
        if (lengths[1] > 0) {
            s1.intoArray(out, outAt[1] + d);
        }
        if (lengths[2] > 0) {
            s2.intoArray(out, outAt[2] + d);
        }
        if (lengths[3] > 0) {
            s3.intoArray(out, outAt[3] + d);
        }
    }

    /** The rest of a head whose size is not a multiple of a register's. */
    private void mixTail(
            List<float[]> pages, int values, int positions, int stride, float[] out, int[] outAt, int from) {
        int size = layout.headSize();
        for (int i = 0; i < TILE; i++) {
            for (int d = from; d < size && lengths[i] > 0; d++) {
                float sum = 0;
                for (int t = 0; t < positions; t++) {
                    float value = pages.get(t / PAGE)[values + t % PAGE * size + d];
                    sum = Math.fma(value, scores[i * stride + t], sum);
                }
                out[outAt[i] + d] = sum;
            }
        }
    }
}
