package io.inference.engine.tensor;

import io.inference.engine.gguf.TensorInfo;
import io.inference.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * A weight matrix {@code W (rows,columns)}, stored row by row in quantised blocks.
 *
 * @param name the tensor's name in the model's file, for messages
 * @param type storage format of the elements
 * @param rows outputs of the matrix
 * @param columns inputs of the matrix, a whole number of blocks
 * @param rowBytes bytes from one row to the next
 * @param data exactly {@code rows * rowBytes} bytes, little endian
 */
public record Weight(String name, TensorType type, int rows, int columns, long rowBytes, MemorySegment data)
        implements Matrix {
    public Weight {
        if (data.byteSize() != rows * rowBytes) {
            throw new IllegalArgumentException(
                    "%s: %d bytes for %d rows of %d bytes".formatted(name, data.byteSize(), rows, rowBytes));
        }
    }

    /** A matrix over bytes in the layout of a GGUF file. */
    public static Weight of(String name, TensorType type, int rows, int columns, MemorySegment data) {
        return new Weight(name, type, rows, columns, type.bytesFor(columns), data);
    }

    /**
     * The tensor of a file as a matrix; a vector becomes a matrix of one row.
     *
     * @throws IllegalArgumentException if it has more than two dimensions or a dimension is too large
     */
    public static Weight of(TensorInfo tensor) {
        long[] shape = tensor.shape();
        if (shape.length > 2) {
            throw new IllegalArgumentException(tensor + " is no matrix");
        }
        int columns = Math.toIntExact(shape[0]);
        int rows = shape.length == 2 ? Math.toIntExact(shape[1]) : 1;
        return of(tensor.name(), tensor.type(), rows, columns, tensor.data());
    }
}
