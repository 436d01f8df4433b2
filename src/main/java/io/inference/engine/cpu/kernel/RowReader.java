package io.inference.engine.cpu.kernel;

import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.INTS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;

import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of weights to floats, with vector instructions for the most common types; see {@link Dequantizer} for the
 * layouts.
 */
public final class RowReader {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    /** As many bytes as a register has floats; for only four floats there is no such shape. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

    private RowReader() {}

    /** Row {@code row} of {@code w} into {@code out[offset .. offset+columns)}. */
    public static void row(Weight w, int row, float[] out, int offset) {
        switch (w.type()) {
            case F32 -> MemorySegment.copy(w.data(), FLOAT, row * w.rowBytes(), out, offset, w.columns());
            case F16 -> halves(w, row, out, offset);
            case Q4_K -> {
                if (BYTES.length() == LANES) {
                    nibbles256(w, row, out, offset);
                } else {
                    Dequantizer.row(w, row, out, offset);
                }
            }
            case BF16, Q4_0, Q4_1, Q8_0, Q5_0, Q5_1, Q5_K, Q6_K -> Dequantizer.row(w, row, out, offset);
        }
    }

    private static void halves(Weight w, int row, float[] out, int offset) {
        MemorySegment data = w.data();
        long start = row * w.rowBytes();
        for (int i = 0; i < w.columns(); i++) {
            out[offset + i] = Float.float16ToFloat(data.get(SHORT, start + 2L * i));
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
}
