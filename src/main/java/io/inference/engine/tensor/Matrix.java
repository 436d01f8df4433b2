package io.inference.engine.tensor;

/**
 * A matrix {@code W (rows,columns)} as {@link TensorOps#matmul} takes it: a {@link Weight}, or what a backend's
 * {@link TensorOps#prepare} made of one.
 */
public interface Matrix {
    /** Outputs of the matrix. */
    int rows();

    /** Inputs of the matrix. */
    int columns();
}
