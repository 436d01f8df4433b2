package io.inference.engine.cuda;

/** The kernels for a product with {@code n} rows of input. */
enum MatrixPath {
    /** One pass over the weights for a few rows, in integers: limited by memory bandwidth. */
    VECTOR,
    /** Tensor cores for tens of rows. Each row's result is the same however many rows there are. */
    SMALL,
    /** Tensor cores, tiles of 64 rows: inputs in shared memory, weights in registers. */
    WIDE_64,
    /** The same with tiles of 128 rows. */
    WIDE_128,
    /** Tensor cores, tiles of 128 rows: inputs and weights in shared memory. */
    TILE,
    /** Tiles in shared memory without tensor cores. */
    PLAIN;

    /** Maximum number of rows of {@link #VECTOR} on any device. */
    static final int VECTOR_ROWS = 8;

    /** Numbers of rows beyond these have more than one path with tensor cores, see {@link KernelChoice}. */
    static final int ONE_PATH_ROWS = 32;

    private static final int VECTOR_ROWS_BESIDE_TENSOR_CORES = 2;
    private static final int SMALL_ROWS = 64;

    /**
     * The path if nothing was measured.
     *
     * @param deterministic whether a row's result may not depend on the number of rows
     */
    static MatrixPath of(int n, boolean tensorCores, boolean deterministic) {
        if (deterministic) {
            return SMALL;
        }
        if (n <= (tensorCores ? VECTOR_ROWS_BESIDE_TENSOR_CORES : VECTOR_ROWS)) {
            return VECTOR;
        }
        if (!tensorCores) {
            return PLAIN;
        }
        return n <= SMALL_ROWS ? SMALL : TILE;
    }

    /** Rows of a tile of those paths that have tiles. */
    int tileRows() {
        return this == WIDE_64 ? 64 : MatrixKernels.TILE;
    }
}
