package io.inference.engine.cuda.kernel;

import io.inference.engine.cpu.quantized.Rounding;
import io.inference.engine.cuda.kernel.Device.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Inputs of products {@code (n,columns)} in the four forms that kernels read and write: 8-bit integers with their
 * scales, halves in the order of matrix fragments, and floats.
 */
record Inputs(int n, int columns, Buffer q8, Buffer meta, Buffer half, Buffer floats) {
    /** Elements whose bytes follow each other in a group of eight. */
    private static final int[] ORDER = {0, 4, 1, 5, 2, 6, 3, 7};

    /** Room for a kernel to write in, with nothing in it. */
    static Inputs empty(Device device, int n, int columns) {
        return new Inputs(
                n,
                columns,
                device.allocate((long) n * columns),
                device.allocate((long) n * columns / 4),
                device.allocate(halfBytes(n, columns)),
                device.allocate(4L * n * columns));
    }

    /** What a kernel would have written for {@code x (n,columns)}. */
    static Inputs of(Device device, float[] x, int n, int columns) {
        byte[] q8 = new byte[n * columns];
        ByteBuffer meta = ByteBuffer.allocate(n * columns / 4).order(ByteOrder.LITTLE_ENDIAN);
        short[] half = new short[Math.toIntExact(halfBytes(n, columns) / 2)];
        for (int block = 0; block < n * columns / 32; block++) {
            Rounding rounding = Rounding.of(x, block * 32);
            int[] sums = new int[2];
            for (int i = 0; i < 32; i++) {
                q8[block * 32 + i] = (byte) rounding.q()[i / 8 * 8 + ORDER[i % 8]];
                sums[i / 16] += rounding.q()[i];
            }
            meta.putFloat(rounding.scale()).putShort((short) sums[0]).putShort((short) sums[1]);
        }
        for (int i = 0; i < n * columns; i++) {
            half[halfIndex(i / columns, i % columns, columns)] = Float.floatToFloat16(x[i]);
        }
        return new Inputs(
                n, columns, device.upload(q8), device.upload(meta.array()), device.upload(half), device.upload(x));
    }

    private static long halfBytes(int n, int columns) {
        return (n + 7) / 8 * 8L * ((columns + 127) / 128 * 128) * 2;
    }

    private static int halfIndex(int row, int k, int columns) {
        int padded = (columns + 127) / 128 * 128;
        return ((((row / 8) * (padded / 128) + k / 128) * 4 + k % 32 / 8) * 32 + row % 8 * 4 + k / 32 % 4) * 8 + k % 8;
    }

    /** The four pointers as a kernel takes them. */
    Object[] all() {
        return new Object[] {q8, meta, half, floats};
    }

    /** The floats that a kernel wrote. */
    float[] readFloats(Device device) {
        return device.floats(floats);
    }

    /** The halves that a kernel wrote, as floats in the order of rows. */
    float[] readHalves(Device device) {
        short[] stored = device.shorts(half);
        float[] x = new float[n * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.float16ToFloat(stored[halfIndex(i / columns, i % columns, columns)]);
        }
        return x;
    }

    /** The 8-bit integers that a kernel wrote times their scales; NaN where a stored sum is not the integers'. */
    float[] readIntegers(Device device) {
        byte[] stored = device.bytes(q8);
        ByteBuffer scales = ByteBuffer.wrap(device.bytes(meta)).order(ByteOrder.LITTLE_ENDIAN);
        float[] x = new float[n * columns];
        for (int block = 0; block < n * columns / 32; block++) {
            float scale = scales.getFloat(block * 8);
            int[] sums = new int[2];
            for (int i = 0; i < 32; i++) {
                int element = i / 8 * 8 + ORDER[i % 8];
                sums[element / 16] += stored[block * 32 + i];
                x[block * 32 + element] = stored[block * 32 + i] * scale;
            }
            if (sums[0] != scales.getShort(block * 8 + 4) || sums[1] != scales.getShort(block * 8 + 6)) {
                x[block * 32] = Float.NaN;
            }
        }
        return x;
    }

    /** {@code x} rounded to 8 bits with a scale for each 32. */
    static float[] rounded(float[] x) {
        float[] result = new float[x.length];
        for (int block = 0; block < x.length / 32; block++) {
            Rounding rounding = Rounding.of(x, block * 32);
            for (int i = 0; i < 32; i++) {
                result[block * 32 + i] = rounding.q()[i] * rounding.scale();
            }
        }
        return result;
    }

    /** {@code x} rounded to halves. */
    static float[] halves(float[] x) {
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            result[i] = Float.float16ToFloat(Float.floatToFloat16(x[i]));
        }
        return result;
    }

    static float[] random(int count, Random random) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
