package io.inference.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One tensor of a file.
 *
 * @param name the name in the file, such as {@code blk.0.attn_q.weight}
 * @param shape one to four dimensions, fastest varying first: a matrix {@code W (rows,columns)} is {columns, rows}
 * @param type storage format of the elements
 * @param data exactly the tensor's bytes, read-only, little endian, aligned to at least 8; valid until the file closes
 */
@SuppressWarnings("ArrayRecordComponent") // the shape is read in hot set-up code and never compared
public record TensorInfo(String name, long[] shape, TensorType type, MemorySegment data) {
    /** The number of elements: the product of the shape. */
    public long elements() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    @Override
    public String toString() {
        return "%s %s%s".formatted(name, type, Arrays.toString(shape));
    }
}
