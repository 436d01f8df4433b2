package io.inference.engine.cuda;

import java.util.List;

/**
 * A model's weights in device memory. Vectors are addresses of floats, 0 for one that the model does not have.
 *
 * @param embedding {@code (vocabulary,width)}
 * @param layers the transformer blocks
 * @param finalNorm {@code (width)}
 * @param output {@code (vocabulary,width)}, may be the embedding
 * @param cosines {@code (context,dimensions/2)} of the rotary embedding
 * @param sines {@code (context,dimensions/2)} of the rotary embedding
 */
record DeviceWeights(
        DeviceMatrix embedding, List<Layer> layers, long finalNorm, DeviceMatrix output, long cosines, long sines) {
    /**
     * One transformer block.
     *
     * @param attentionNorm {@code (width)}
     * @param queryKeyValue matrices that together are {@code (queryWidth + 2 kvWidth,width)}: queries, keys, values;
     *     one matrix if all have the same type
     * @param bias {@code (queryWidth + 2 kvWidth)}
     * @param queryNorm {@code (headSize)}
     * @param keyNorm {@code (headSize)}
     * @param attentionOutput {@code (width,queryWidth)}
     * @param feedForwardNorm {@code (width)}
     * @param gateUp matrices that together are {@code (2 feedForward,width)}: one if both have the same type
     * @param down {@code (width,feedForward)}
     */
    record Layer(
            long attentionNorm,
            List<DeviceMatrix> queryKeyValue,
            long bias,
            long queryNorm,
            long keyNorm,
            DeviceMatrix attentionOutput,
            long feedForwardNorm,
            List<DeviceMatrix> gateUp,
            DeviceMatrix down) {}
}
