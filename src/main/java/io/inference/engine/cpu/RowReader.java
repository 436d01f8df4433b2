package io.inference.engine.cpu;

import static io.inference.engine.cpu.Lanes.BYTES;
import static io.inference.engine.cpu.Lanes.FLOATS;
import static io.inference.engine.cpu.Lanes.INTS;
import static io.inference.engine.cpu.Lanes.LANES;

import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Rows of weights to floats, by vectors for the commonest types; see {@link Dequantizer} for the layouts. */
final class RowReader {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private RowReader() {}

    /** Row {@code row} of {@code w} into {@code out[offset .. offset+columns)}. */
    static void row(Weight w, int row, float[] out, int offset) {
        switch (w.type()) {
            case F32 -> MemorySegment.copy(w.data(), FLOAT, row * w.rowBytes(), out, offset, w.columns());
            case F16 -> halves(w, row, out, offset);
            case Q4_0 -> nibbles(w, row, 18, false, out, offset);
            case Q4_1 -> nibbles(w, row, 20, true, out, offset);
            case Q4_K -> nibbles256(w, row, out, offset);
            case Q8_0 -> bytes(w, row, out, offset);
            case BF16, Q5_0, Q5_1, Q5_K, Q6_K -> Dequantizer.row(w, row, out, offset);
        }
    }

    private static void halves(Weight w, int row, float[] out, int offset) {
        MemorySegment data = w.data();
        long start = row * w.rowBytes();
        for (int i = 0; i < w.columns(); i++) {
            out[offset + i] = Float.float16ToFloat(data.get(SHORT, start + 2L * i));
        }
    }

    /** Q4_1, which has a minimum behind its scale, and Q4_0, whose minimum is -8 scales. */
    private static void nibbles(Weight w, int row, int blockBytes, boolean minimum, float[] out, int offset) {
        MemorySegment data = w.data();
        long start = row * w.rowBytes();
        int quants = minimum ? 4 : 2;
        for (int b = 0; b < w.columns() / 32; b++) {
            long at = start + (long) b * blockBytes;
            float d = Float.float16ToFloat(data.get(SHORT, at));
            float m = minimum ? Float.float16ToFloat(data.get(SHORT, at + 2)) : -8 * d;
            FloatVector scale = FloatVector.broadcast(FLOATS, d);
            FloatVector least = FloatVector.broadcast(FLOATS, m);
            int to = offset + b * 32;
            for (int j = 0; j < 16; j += LANES) {
                IntVector q = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + quants + j, LITTLE)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                ((FloatVector) q.and(15).convert(VectorOperators.I2F, 0))
                        .fma(scale, least)
                        .intoArray(out, to + j);
                ((FloatVector) q.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                        .fma(scale, least)
                        .intoArray(out, to + 16 + j);
            }
        }
    }

    private static void nibbles256(Weight w, int row, float[] out, int offset) {
        MemorySegment data = w.data();
        long start = row * w.rowBytes();
        for (int b = 0; b < w.columns() / 256; b++) {
            long at = start + b * 144L;
            float d = Float.float16ToFloat(data.get(SHORT, at));
            float m = Float.float16ToFloat(data.get(SHORT, at + 2));
            for (int part = 0; part < 8; part += 2) {
                FloatVector lowScale = FloatVector.broadcast(FLOATS, d * Dequantizer.scale(data, at + 4, part));
                FloatVector lowLeast = FloatVector.broadcast(FLOATS, -m * Dequantizer.minimum(data, at + 4, part));
                FloatVector highScale = FloatVector.broadcast(FLOATS, d * Dequantizer.scale(data, at + 4, part + 1));
                FloatVector highLeast = FloatVector.broadcast(FLOATS, -m * Dequantizer.minimum(data, at + 4, part + 1));
                int to = offset + b * 256 + part * 32;
                for (int j = 0; j < 32; j += LANES) {
                    IntVector q = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + 16 + part * 16 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    ((FloatVector) q.and(15).convert(VectorOperators.I2F, 0))
                            .fma(lowScale, lowLeast)
                            .intoArray(out, to + j);
                    ((FloatVector) q.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                            .fma(highScale, highLeast)
                            .intoArray(out, to + 32 + j);
                }
            }
        }
    }

    private static void bytes(Weight w, int row, float[] out, int offset) {
        MemorySegment data = w.data();
        long start = row * w.rowBytes();
        for (int b = 0; b < w.columns() / 32; b++) {
            long at = start + b * 34L;
            FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at)));
            for (int j = 0; j < 32; j += LANES) {
                IntVector q = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + 2 + j, LITTLE)
                        .convertShape(VectorOperators.B2I, INTS, 0);
                ((FloatVector) q.convert(VectorOperators.I2F, 0)).mul(d).intoArray(out, offset + b * 32 + j);
            }
        }
    }
}
