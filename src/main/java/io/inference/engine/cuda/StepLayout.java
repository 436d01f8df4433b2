package io.inference.engine.cuda;

/**
 * Where the parts of a step's parameters are in their buffer, as byte offsets.
 *
 * @param rowsAt for each row: token, position, offset of its first page in the data
 * @param tilesAt for each tile of a prompt: first row, rows, position, offset of its first page in the data
 * @param outputsAt for each output: its row and how it is sampled
 * @param dataAt page numbers, and pairs of tokens and counts for the penalties
 */
record StepLayout(int rowsAt, int tilesAt, int outputsAt, int dataAt) {
    static final int ROW_INTS = 4;
    static final int TILE_INTS = 4;
    static final int OUTPUT_INTS = 16;
    static final int RESULT_INTS = 48;

    static StepLayout of(int rows, int tiles, int outputs) {
        int tilesAt = rows * ROW_INTS * Integer.BYTES;
        int outputsAt = tilesAt + tiles * TILE_INTS * Integer.BYTES;
        return new StepLayout(0, tilesAt, outputsAt, outputsAt + outputs * OUTPUT_INTS * Integer.BYTES);
    }

    /** Bytes of the parameters with {@code dataInts} numbers of data. */
    int bytes(int dataInts) {
        return Math.addExact(dataAt, Math.multiplyExact(dataInts, Integer.BYTES));
    }
}
