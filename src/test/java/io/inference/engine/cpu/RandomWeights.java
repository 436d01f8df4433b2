package io.inference.engine.cpu;

import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Weights of any type from random bits, with scales that keep the values near 1. */
public final class RandomWeights {
    private RandomWeights() {}

    public static Weight of(TensorType type, int rows, int columns, Random random) {
        byte[] bytes = new byte[Math.toIntExact(rows * type.bytesFor(columns))];
        random.nextBytes(bytes);
        MemorySegment data = Arena.ofAuto().allocate(bytes.length, 8);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        for (long at = 0; at < bytes.length; at += type.blockBytes()) {
            switch (type) {
                case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, (float) random.nextGaussian());
                case F16 -> half(data, at, (float) random.nextGaussian());
                case BF16 ->
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short)
                            (Float.floatToIntBits((float) random.nextGaussian()) >> 16));
                case Q4_0, Q5_0 -> half(data, at, random.nextFloat(-0.1f, 0.1f));
                case Q8_0 -> half(data, at, random.nextFloat(-0.01f, 0.01f));
                case Q4_1, Q5_1 -> {
                    half(data, at, random.nextFloat(0.1f));
                    half(data, at + 2, random.nextFloat(-1f, 0f));
                }
                case Q4_K, Q5_K -> {
                    half(data, at, random.nextFloat(0.002f));
                    half(data, at + 2, random.nextFloat(0.01f));
                }
                case Q6_K -> half(data, at + 208, random.nextFloat(0.0005f));
            }
        }
        return Weight.of("random." + type, type, rows, columns, data);
    }

    private static void half(MemorySegment data, long at, float value) {
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
    }
}
