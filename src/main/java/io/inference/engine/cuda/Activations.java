package io.inference.engine.cuda;

/**
 * The inputs of a matrix product in the forms that the kernels read, as device addresses; 0 for a form that is not
 * needed.
 *
 * @param integers {@code (n,columns)} bytes, rounded in blocks of 32
 * @param scales {@code (n,columns/32)} of a float scale and two sums each
 * @param halves {@code (n,columns)} halves in the order of the tensor cores' fragments
 * @param floats {@code (n,columns)} floats
 */
record Activations(long integers, long scales, long halves, long floats) {
    /** No form at all. */
    static final Activations NONE = new Activations(0, 0, 0, 0);

    /** Rows that share a fragment of the halves. */
    static final int FRAGMENT_ROWS = 8;

    private static final int FRAGMENT_COLUMNS = 128;

    /** Bytes of the halves of {@code rows} rows. */
    static long halvesBytes(int rows, int columns) {
        return (long) Math.ceilDiv(rows, FRAGMENT_ROWS) * FRAGMENT_ROWS * paddedColumns(columns) * Short.BYTES;
    }

    /** Bytes of the scales of {@code rows} rows. */
    static long scalesBytes(int rows, int columns) {
        return (long) rows * (columns / 32) * Long.BYTES;
    }

    private static long paddedColumns(int columns) {
        return (long) Math.ceilDiv(columns, FRAGMENT_COLUMNS) * FRAGMENT_COLUMNS;
    }

    /** The same forms from row {@code row} on, a multiple of {@link #FRAGMENT_ROWS}. */
    Activations from(int row, int columns) {
        if (row % FRAGMENT_ROWS != 0) {
            throw new IllegalArgumentException("row " + row + " is within a fragment");
        }
        return new Activations(
                integers == 0 ? 0 : integers + (long) row * columns,
                scales == 0 ? 0 : scales + scalesBytes(row, columns),
                halves == 0 ? 0 : halves + row * paddedColumns(columns) * Short.BYTES,
                floats == 0 ? 0 : floats + (long) row * columns * Float.BYTES);
    }

    Activations onlyFloats() {
        return new Activations(0, 0, 0, floats);
    }
}
