package io.inference.engine.model;

import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.Matrix;
import io.inference.engine.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A model's weights, checked against its shape. Matrices are as the backend prepared them; the small vectors are
 * floats.
 *
 * @param embedding {@code (vocabulary,width)}
 * @param layers the transformer blocks
 * @param finalNorm {@code (width)}
 * @param output {@code (vocabulary,width)}: the embedding itself if the file has no separate matrix
 * @param ropeDivisors {@code (dimensions/2)}, divisors of each pair's frequency, or empty
 * @param <M> the backend's form of a matrix
 */
@SuppressWarnings("ArrayRecordComponent") // read in the forward pass, never compared
public record LlamaWeights<M extends Matrix>(
        Weight embedding, List<Layer<M>> layers, float[] finalNorm, M output, float[] ropeDivisors) {
    /**
     * One transformer block. Biases and the norms of queries and keys are empty if the architecture has none.
     *
     * @param attentionNorm {@code (width)}
     * @param query {@code (queryWidth,width)}, with {@code queryBias}
     * @param key {@code (kvWidth,width)}, with {@code keyBias}
     * @param value {@code (kvWidth,width)}, with {@code valueBias}
     * @param queryNorm {@code (headSize)}, before the rotation
     * @param keyNorm {@code (headSize)}
     * @param attentionOutput {@code (width,queryWidth)}
     * @param feedForwardNorm {@code (width)}
     * @param gate {@code (feedForward,width)}
     * @param up {@code (feedForward,width)}
     * @param down {@code (width,feedForward)}
     * @param <M> the backend's form of a matrix
     */
    public record Layer<M extends Matrix>(
            float[] attentionNorm,
            M query,
            float[] queryBias,
            M key,
            float[] keyBias,
            M value,
            float[] valueBias,
            float[] queryNorm,
            float[] keyNorm,
            M attentionOutput,
            float[] feedForwardNorm,
            M gate,
            M up,
            M down) {}

    /**
     * Reads the weights of a file.
     *
     * @param prepare makes the backend's form of a matrix
     * @throws GgufException if a tensor is missing or damaged
     * @throws UnsupportedModelException if a tensor's shape is not the one that the metadata asks for
     */
    public static <M extends Matrix> LlamaWeights<M> of(
            GgufFile file, ModelConfig config, Function<Weight, M> prepare) {
        Weight embedding = matrix(file, "token_embd.weight");
        requireShape(embedding, embedding.rows(), config.width());
        Weight output = optionalMatrix(file, "output.weight").orElse(embedding);
        requireShape(output, embedding.rows(), config.width());
        List<Layer<M>> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(file, config, "blk." + i + ".", prepare));
        }
        return new LlamaWeights<>(
                embedding,
                List.copyOf(layers),
                vector(file, "output_norm.weight", config.width()),
                prepare.apply(output),
                optionalVector(file, "rope_freqs.weight", config.rope().dimensions() / 2));
    }

    private static <M extends Matrix> Layer<M> layer(
            GgufFile file, ModelConfig config, String prefix, Function<Weight, M> prepare) {
        int width = config.width();
        int queryWidth = config.queryWidth();
        int kvWidth = config.kvWidth();
        return new Layer<>(
                vector(file, prefix + "attn_norm.weight", width),
                matrix(file, prefix + "attn_q.weight", queryWidth, width, prepare),
                optionalVector(file, prefix + "attn_q.bias", queryWidth),
                matrix(file, prefix + "attn_k.weight", kvWidth, width, prepare),
                optionalVector(file, prefix + "attn_k.bias", kvWidth),
                matrix(file, prefix + "attn_v.weight", kvWidth, width, prepare),
                optionalVector(file, prefix + "attn_v.bias", kvWidth),
                optionalVector(file, prefix + "attn_q_norm.weight", config.headSize()),
                optionalVector(file, prefix + "attn_k_norm.weight", config.headSize()),
                matrix(file, prefix + "attn_output.weight", width, queryWidth, prepare),
                vector(file, prefix + "ffn_norm.weight", width),
                matrix(file, prefix + "ffn_gate.weight", config.feedForward(), width, prepare),
                matrix(file, prefix + "ffn_up.weight", config.feedForward(), width, prepare),
                matrix(file, prefix + "ffn_down.weight", width, config.feedForward(), prepare));
    }

    private static <M extends Matrix> M matrix(
            GgufFile file, String name, int rows, int columns, Function<Weight, M> prepare) {
        Weight weight = matrix(file, name);
        requireShape(weight, rows, columns);
        return prepare.apply(weight);
    }

    private static Weight matrix(GgufFile file, String name) {
        return optionalMatrix(file, name).orElseThrow(() -> new GgufException(name + ": the model has no such tensor"));
    }

    private static Optional<Weight> optionalMatrix(GgufFile file, String name) {
        try {
            return file.tensor(name).map(Weight::of);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new GgufException(name + ": not a matrix that this engine can use", e);
        }
    }

    private static void requireShape(Weight weight, int rows, int columns) {
        if (weight.rows() != rows || weight.columns() != columns) {
            throw new UnsupportedModelException("%s is (%d,%d), the model's metadata asks for (%d,%d)"
                    .formatted(weight.name(), weight.rows(), weight.columns(), rows, columns));
        }
    }

    private static float[] vector(GgufFile file, String name, int size) {
        float[] values = optionalVector(file, name, size);
        if (values.length == 0) {
            throw new GgufException(name + ": the model has no such tensor");
        }
        return values;
    }

    private static float[] optionalVector(GgufFile file, String name, int size) {
        Optional<Weight> weight = optionalMatrix(file, name);
        if (weight.isEmpty()) {
            return new float[0];
        }
        requireShape(weight.get(), 1, size);
        float[] values = new float[size];
        Dequantizer.row(weight.get(), 0, values, 0);
        return values;
    }
}
