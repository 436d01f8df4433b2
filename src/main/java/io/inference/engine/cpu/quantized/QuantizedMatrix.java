package io.inference.engine.cpu.quantized;

import static io.inference.engine.cpu.kernel.Lanes.ORDER;
import static io.inference.engine.cpu.quantized.Rounding.BLOCK;

import io.inference.engine.cpu.kernel.Lanes;
import io.inference.engine.cpu.kernel.WorkerPool;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.Matrix;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * Weights of Q4_0, Q4_1 or Q8_0, copied so that a register's lanes are rows: sums then need no addition across lanes,
 * and each input is loaded once for all of them. Each group of {@link #GROUP} rows has first the integers, column after
 * column (of four bits, four columns in a short), then the scales, block after block (with the minimum in the upper
 * half of an int, or two rows' scales in one). A copy is as large as the file's bytes, plus rows that fill up the last
 * group and Q4_0's minimum, and is outside the heap.
 *
 * <p>The result is the same on every machine: a block's sum is exact, and blocks are added one after another.
 *
 * @param nibbles whether the integers are of four bits
 * @param groupBytes bytes from one group to the next
 */
public record QuantizedMatrix(int rows, int columns, boolean nibbles, long groupBytes, MemorySegment data)
        implements Matrix {
    /** Rows that lie side by side: the shorts in two registers, as that many are multiplied in one loop. */
    static final int GROUP = 2 * Lanes.SHORTS.length();

    private static final int SHORTS = Lanes.SHORTS.length();
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

    /** A copy of {@code w} in {@code memory}; releases the pages of {@code w} in the file's map. */
    public static QuantizedMatrix of(Weight w, SegmentAllocator memory, WorkerPool workers) {
        boolean nibbles = w.type() != TensorType.Q8_0;
        int groups = Math.ceilDiv(w.rows(), GROUP);
        int blocks = w.columns() / BLOCK;
        long groupBytes = (long) blocks * (nibbles ? Q4Kernel.BLOCK_BYTES : Q8Kernel.BLOCK_BYTES);
        MemorySegment data = memory.allocate(groups * groupBytes, 64);
        QuantizedMatrix matrix = new QuantizedMatrix(w.rows(), w.columns(), nibbles, groupBytes, data);
        workers.run(groups, (group, worker) -> {
            for (int row = group * GROUP; row < Math.min(w.rows(), (group + 1) * GROUP); row++) {
                if (nibbles) {
                    matrix.packNibbles(w, row);
                } else {
                    matrix.packBytes(w, row);
                }
            }
        });
        if (w.data().isMapped()) {
            w.data().unload(); // the copy replaces them in memory; single rows are read from the file again
        }
        return matrix;
    }

    private void packNibbles(Weight w, int row) {
        boolean minimum = w.type() == TensorType.Q4_1;
        int header = minimum ? 4 : 2;
        long quantsTo = row / GROUP * groupBytes + lane(row) * 2;
        long scalesTo = row / GROUP * groupBytes + columns / 2 * GROUP + row % GROUP * 4;
        for (int b = 0; b < columns / BLOCK; b++) {
            long from = row * w.rowBytes() + (long) b * w.type().blockBytes();
            short d = w.data().get(SHORT, from);
            short m = minimum ? w.data().get(SHORT, from + 2) : Float.floatToFloat16(-8 * Float.float16ToFloat(d));
            data.set(INT, scalesTo + b * GROUP * 4L, d & 0xFFFF | m << 16);
            long first = w.data().get(LONG, from + header);
            long second = w.data().get(LONG, from + header + 8);
            for (int j = 0; j < BLOCK / Q4Kernel.COLUMNS; j++) {
                // The low halves of the 16 bytes are columns 0 to 15, the high halves 16 to 31.
                long pairs = (j % 4 < 2 ? first : second) >>> j % 2 * 32 + j / 4 * 4;
                long quants = pairs & 15 | pairs >> 4 & 0xF0 | pairs >> 8 & 0xF00 | pairs >> 12 & 0xF000;
                data.set(SHORT, quantsTo + (b * 8L + j) * GROUP * 2, (short) quants);
            }
        }
    }

    private void packBytes(Weight w, int row) {
        long quantsTo = row / GROUP * groupBytes + lane(row);
        long scalesTo = row / GROUP * groupBytes + columns * GROUP + lane(row) * 2;
        for (int b = 0; b < columns / BLOCK; b++) {
            long from = row * w.rowBytes() + (long) b * w.type().blockBytes();
            data.set(SHORT, scalesTo + b * GROUP * 2L, w.data().get(SHORT, from));
            for (int j = 0; j < BLOCK; j++) {
                data.set(BYTE, quantsTo + (b * 32L + j) * GROUP, w.data().get(BYTE, from + 2 + j));
            }
        }
    }

    /** A row's place in its group: in each register the first half of the rows are the lower halves of ints. */
    private static int lane(int row) {
        int register = row % GROUP / SHORTS;
        int within = row % SHORTS;
        return register * SHORTS + within % (SHORTS / 2) * 2 + within / (SHORTS / 2);
    }

    /** {@code x (n,columns) @ W transposed -> out (n,rows)}. */
    public void multiply(RoundedInput input, int n, float[] out, WorkerPool workers) {
        workers.run(Math.ceilDiv(rows, GROUP), (group, worker) -> {
            int row = group * GROUP;
            if (row + GROUP <= rows) {
                multiply(group, input, n, out, row, rows);
            } else {
                float[] padded = new float[n * GROUP];
                multiply(group, input, n, padded, 0, GROUP);
                for (int i = 0; i < n; i++) {
                    System.arraycopy(padded, i * GROUP, out, i * rows + row, rows - row);
                }
            }
        });
    }

    private void multiply(int group, RoundedInput input, int n, float[] out, int outAt, int outStride) {
        long start = group * groupBytes;
        int blocks = columns / BLOCK;
        int i = 0;
        for (; i + 2 <= n; i += 2) {
            if (nibbles) {
                Q4Kernel.two(data, start, blocks, input, i, out, outAt + i * outStride, outStride);
            } else {
                Q8Kernel.two(data, start, blocks, input, i, out, outAt + i * outStride, outStride);
            }
        }
        if (i < n && nibbles) {
            Q4Kernel.one(data, start, blocks, input, i, out, outAt + i * outStride);
        } else if (i < n) {
            Q8Kernel.one(data, start, blocks, input, i, out, outAt + i * outStride);
        }
    }
}
