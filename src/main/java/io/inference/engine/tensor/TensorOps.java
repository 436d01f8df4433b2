package io.inference.engine.tensor;

/**
 * The operations of a forward pass. Activations are row-major {@code float[]}: {@code x (n,width)} has row {@code i} at
 * {@code i * width}, one row for each token; arrays may be longer than the used part. An implementation may use several
 * threads inside a call, but is itself called by one thread at a time.
 */
public interface TensorOps extends AutoCloseable {
    /** Description of the backend and its hardware: {@code "cpu, 512-bit vectors, 2 threads"}. */
    String description();

    /**
     * A weight in the form that {@link #matmul} multiplies fastest: itself, or a copy that is valid until this is
     * closed, after which the weight's own bytes are needed for {@link #rows} only.
     */
    Matrix prepare(Weight w);

    /**
     * {@code x (n,columns) @ W (rows,columns) transposed -> out (n,rows)}; {@code w} is a result of {@link #prepare}.
     * With weights of Q4_0, Q4_1 and Q8_0 the inputs are rounded to 8 bits in blocks of 32, and the result is the same
     * to the last bit on every backend.
     */
    void matmul(Matrix w, float[] x, int n, float[] out);

    /** The rows {@code ids[0..n)} of {@code w}: {@code -> out (n,columns)}. */
    void rows(Weight w, int[] ids, int n, float[] out);

    /**
     * Root-mean-square norm of {@code n} rows as wide as {@code weight}:
     * {@code out = x / sqrt(mean(x^2) + epsilon) * weight}; {@code out} may be {@code x}.
     */
    void rmsNorm(float[] x, int n, float[] weight, float epsilon, float[] out);

    /** {@code x[0..count) += y[0..count)}. */
    void add(float[] x, float[] y, int count);

    /** {@code gate = gate * sigmoid(gate) * up}, element by element. */
    void swiglu(float[] gate, float[] up, int count);

    /**
     * Causal attention of one layer over the cached keys and values, which contain the spans' own rows already; scores
     * are scaled by {@code 1 / sqrt(headSize)}. Several query heads share a key-value head if there are more of them:
     * {@code q (rows,queryHeads*headSize) -> out (rows,queryHeads*headSize)}.
     */
    void attention(KvLayout layout, int layer, Iterable<AttentionSpan> spans, int queryHeads, float[] q, float[] out);

    /** Ends the backend's threads. */
    @Override
    void close();
}
