package io.inference.engine.tensor;

/**
 * A matrix {@code W (rows,columns)} for {@link TensorOps#matmul}: a {@link Weight}, or a backend's own form from
 * {@link TensorOps#prepare}.
 */
public interface Matrix {
    /** Outputs of the matrix. */
    int rows();

    /** Inputs of the matrix. */
    int columns();
}
