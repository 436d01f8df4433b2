package io.inference.engine.cpu.quantized;

import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * 32 weights of a row that are {@code scale * q + minimum}: those of the types that are multiplied in integers. Q4_0
 * counts as Q4_1 with a minimum of -8 scales.
 *
 * @param q 0 to 15 for four bits, -128 to 127 for eight
 */
@SuppressWarnings("ArrayRecordComponent") // read in products, never compared
public record QuantizedBlock(float scale, float minimum, int[] q) {
    /** Whether weights of this type are multiplied in integers, with inputs that are rounded. */
    public static boolean is(TensorType type) {
        return type == TensorType.Q4_0 || type == TensorType.Q4_1 || type == TensorType.Q8_0;
    }

    /** Block {@code block} of row {@code row}. */
    public static QuantizedBlock of(Weight w, int row, int block) {
        MemorySegment data = w.data();
        long at = row * w.rowBytes() + (long) block * w.type().blockBytes();
        float scale = Dequantizer.half(data, at);
        int[] q = new int[Rounding.BLOCK];
        if (w.type() == TensorType.Q8_0) {
            for (int i = 0; i < q.length; i++) {
                q[i] = data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
            }
            return new QuantizedBlock(scale, 0, q);
        }
        boolean stored = w.type() == TensorType.Q4_1;
        float minimum = stored ? Dequantizer.half(data, at + 2) : -8 * scale;
        for (int i = 0; i < q.length; i++) {
            int pair = data.get(ValueLayout.JAVA_BYTE, at + (stored ? 4 : 2) + i % 16);
            q[i] = (i < 16 ? pair : pair >> 4) & 15;
        }
        return new QuantizedBlock(scale, minimum, q);
    }

    /**
     * {@code sum} plus the product with a block of inputs: exact in integers, then in floats the minimum's part and the
     * scaled integers.
     */
    public float addProduct(Rounding x, float sum) {
        int product = 0;
        for (int i = 0; i < q.length; i++) {
            product += q[i] * x.q()[i];
        }
        float withMinimum = Math.fma(minimum, x.scale() * x.sum(), sum);
        return Math.fma(scale, product * x.scale(), withMinimum);
    }
}
