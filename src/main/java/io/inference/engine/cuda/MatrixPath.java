package io.inference.engine.cuda;

/** The kernels for a product with {@code n} rows of input. */
enum MatrixPath {
    /** One pass over the weights for a few rows, in integers: limited by memory bandwidth. */
    VECTOR,
    /** Tensor cores for up to 128 rows. Each row's result is the same however many rows there are. */
    SMALL,
    /** Tiles in shared memory, for prompts. */
    LARGE;

    /** Maximum number of rows of {@link #VECTOR} on any device. */
    static final int VECTOR_ROWS = 8;

    private static final int VECTOR_ROWS_BESIDE_TENSOR_CORES = 2;
    /** Two launches' worth of 64 rows take less time than tiles of 128 rows do: 94 and 124 us on an H100. */
    private static final int SMALL_ROWS = 128;

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
