package io.inference.engine.cpu.kernel;

import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Matrix times many vectors, on a panel of weights converted to floats: most of the time of prefill. Tiles of 4 rows by
 * 4 tokens keep 16 sums in registers and use each loaded register four times; a panel row and a token's row have the
 * same length and the sums run along it, so that only one horizontal sum is left for each result.
 */
public final class PanelKernel {
    /** Rows and tokens in a tile. */
    private static final int TILE = 4;

    private PanelKernel() {}

    /**
     * {@code out (n,outWidth)[.., outColumn..outColumn+rows) = x (n,columns) @ panel (rows,columns) transposed}.
     *
     * @param panel {@code (rows rounded up to 4, columns)}
     */
    public static void multiply(
            float[] panel, int rows, int columns, float[] x, int n, float[] out, int outWidth, int outColumn) {
        float[] sums = new float[TILE * TILE];
        for (int i = 0; i < n; i += TILE) {
            int tokens = Math.min(TILE, n - i);
            for (int r = 0; r < rows; r += TILE) {
                if (tokens == TILE) {
                    tile(panel, r * columns, x, i * columns, columns, sums);
                } else {
                    for (int t = 0; t < tokens; t++) {
                        column(panel, r * columns, x, (i + t) * columns, columns, sums, t * TILE);
                    }
                }
                int valid = Math.min(TILE, rows - r);
                for (int t = 0; t < tokens; t++) {
                    System.arraycopy(sums, t * TILE, out, (i + t) * outWidth + outColumn + r, valid);
                }
            }
        }
    }

    /** {@code sums (4 tokens,4 rows)}. */
    private static void tile(float[] w, int wAt, float[] x, int xAt, int columns, float[] sums) {
        FloatVector s00 = FloatVector.zero(FLOATS);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s23 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        FloatVector s33 = s00;
        int bound = FLOATS.loopBound(columns);
        for (int c = 0; c < bound; c += LANES) {
            FloatVector w0 = FloatVector.fromArray(FLOATS, w, wAt + c);
            FloatVector w1 = FloatVector.fromArray(FLOATS, w, wAt + columns + c);
            FloatVector w2 = FloatVector.fromArray(FLOATS, w, wAt + 2 * columns + c);
            FloatVector w3 = FloatVector.fromArray(FLOATS, w, wAt + 3 * columns + c);
            FloatVector v = FloatVector.fromArray(FLOATS, x, xAt + c);
            s00 = v.fma(w0, s00);
            s01 = v.fma(w1, s01);
            s02 = v.fma(w2, s02);
            s03 = v.fma(w3, s03);
            v = FloatVector.fromArray(FLOATS, x, xAt + columns + c);
            s10 = v.fma(w0, s10);
            s11 = v.fma(w1, s11);
            s12 = v.fma(w2, s12);
            s13 = v.fma(w3, s13);
            v = FloatVector.fromArray(FLOATS, x, xAt + 2 * columns + c);
            s20 = v.fma(w0, s20);
            s21 = v.fma(w1, s21);
            s22 = v.fma(w2, s22);
            s23 = v.fma(w3, s23);
            v = FloatVector.fromArray(FLOATS, x, xAt + 3 * columns + c);
            s30 = v.fma(w0, s30);
            s31 = v.fma(w1, s31);
            s32 = v.fma(w2, s32);
            s33 = v.fma(w3, s33);
        }
        sums[0] = s00.reduceLanes(VectorOperators.ADD);
        sums[1] = s01.reduceLanes(VectorOperators.ADD);
        sums[2] = s02.reduceLanes(VectorOperators.ADD);
        sums[3] = s03.reduceLanes(VectorOperators.ADD);
        sums[4] = s10.reduceLanes(VectorOperators.ADD);
        sums[5] = s11.reduceLanes(VectorOperators.ADD);
        sums[6] = s12.reduceLanes(VectorOperators.ADD);
        sums[7] = s13.reduceLanes(VectorOperators.ADD);
        sums[8] = s20.reduceLanes(VectorOperators.ADD);
        sums[9] = s21.reduceLanes(VectorOperators.ADD);
        sums[10] = s22.reduceLanes(VectorOperators.ADD);
        sums[11] = s23.reduceLanes(VectorOperators.ADD);
        sums[12] = s30.reduceLanes(VectorOperators.ADD);
        sums[13] = s31.reduceLanes(VectorOperators.ADD);
        sums[14] = s32.reduceLanes(VectorOperators.ADD);
        sums[15] = s33.reduceLanes(VectorOperators.ADD);
        for (int c = bound; c < columns; c++) {
            for (int i = 0; i < TILE * TILE; i++) {
                sums[i] += x[xAt + i / TILE * columns + c] * w[wAt + i % TILE * columns + c];
            }
        }
    }

    /** {@code sums (4 rows)} of one token, at {@code to}. */
    private static void column(float[] w, int wAt, float[] x, int xAt, int columns, float[] sums, int to) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int bound = FLOATS.loopBound(columns);
        for (int c = 0; c < bound; c += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, xAt + c);
            s0 = v.fma(FloatVector.fromArray(FLOATS, w, wAt + c), s0);
            s1 = v.fma(FloatVector.fromArray(FLOATS, w, wAt + columns + c), s1);
            s2 = v.fma(FloatVector.fromArray(FLOATS, w, wAt + 2 * columns + c), s2);
            s3 = v.fma(FloatVector.fromArray(FLOATS, w, wAt + 3 * columns + c), s3);
        }
        sums[to] = s0.reduceLanes(VectorOperators.ADD);
        sums[to + 1] = s1.reduceLanes(VectorOperators.ADD);
        sums[to + 2] = s2.reduceLanes(VectorOperators.ADD);
        sums[to + 3] = s3.reduceLanes(VectorOperators.ADD);
        for (int c = bound; c < columns; c++) {
            for (int i = 0; i < TILE; i++) {
                sums[to + i] += x[xAt + c] * w[wAt + i * columns + c];
            }
        }
    }
}
