package io.inference.engine.cuda;

/** The kernels for a product with {@code n} rows of input. */
enum MatrixPath {
    /** One pass over the weights for a few rows, in integers: limited by memory bandwidth. */
    VECTOR,
    /** Tensor cores for tens of rows. Each row's result is the same however many rows there are. */
    SMALL,
    /** Tiles in shared memory, for batches and prompts. */
    LARGE;

    /** Maximum number of rows of {@link #VECTOR} on any device. */
    static final int VECTOR_ROWS = 8;

    private static final int VECTOR_ROWS_BESIDE_TENSOR_CORES = 2;
    private static final int SMALL_ROWS = 64;

    /** @param deterministic whether a row's result may not depend on the number of rows */
    static MatrixPath of(int n, boolean tensorCores, boolean deterministic) {
        if (deterministic) {
            return SMALL;
        }
        if (n <= (tensorCores ? VECTOR_ROWS_BESIDE_TENSOR_CORES : VECTOR_ROWS)) {
            return VECTOR;
        }
        return tensorCores && n <= SMALL_ROWS ? SMALL : LARGE;
    }
}
