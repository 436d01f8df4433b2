package io.inference.engine.cuda;

import io.inference.engine.gguf.TensorType;

/**
 * A matrix {@code W (rows,columns)} in device memory. A quantised type is split into planes: the integers of all
 * blocks, then their scales; each plane starts at a multiple of 256 bytes, so that a thread loads 16 bytes at once.
 *
 * @param type storage format of the elements
 * @param address device address
 * @param rows outputs of the matrix
 * @param columns inputs of the matrix
 */
record DeviceMatrix(TensorType type, long address, int rows, int columns) {
    private static final int ALIGNMENT = 256;

    /** Whether the elements are integers with scales, which the GPU stores as planes. */
    static boolean quantized(TensorType type) {
        return type.blockElements() > 1;
    }

    /** Whether the elements are integers with scales. */
    boolean quantized() {
        return quantized(type);
    }

    /** Device memory for a matrix of that type and shape. */
    static long bytes(TensorType type, int rows, int columns) {
        long blocks = (long) rows * columns / 32;
        return switch (type) {
            case F32 -> aligned(4L * rows * columns);
            case F16, BF16 -> aligned(2L * rows * columns);
            case Q4_0 -> aligned(16 * blocks) + aligned(2 * blocks);
            case Q4_1 -> aligned(16 * blocks) + aligned(4 * blocks);
            case Q5_0 -> aligned(16 * blocks) + aligned(4 * blocks) + aligned(2 * blocks);
            case Q5_1 -> aligned(16 * blocks) + aligned(4 * blocks) + aligned(4 * blocks);
            case Q8_0 -> aligned(32 * blocks) + aligned(2 * blocks);
            case Q4_K -> aligned(16 * blocks) + aligned(2 * blocks) + aligned(blocks / 2);
            case Q5_K -> aligned(16 * blocks) + aligned(4 * blocks) + aligned(2 * blocks) + aligned(blocks / 2);
            case Q6_K -> aligned(16 * blocks) + aligned(8 * blocks) + aligned(2 * blocks) + aligned(blocks / 4);
        };
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
