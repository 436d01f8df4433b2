package io.inference.engine.cuda;

import io.inference.engine.cpu.RandomWeights;
import io.inference.engine.gguf.GgufWriter;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.Weight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small model of random weights. The norms keep attention scores and feed-forward inputs near 1, so that rounding is
 * not amplified from layer to layer.
 */
record RandomModel(
        String architecture,
        TensorType type,
        TensorType valueType,
        TensorType upType,
        TensorType embeddingType,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int headSize,
        int feedForward,
        int vocabulary,
        int context,
        boolean tied,
        float finalNorm) {
    private static final float NORM = 0.2f;
    private static final float FLOAT_SCALE = 0.1f;

    /** One layer of that type. */
    static RandomModel of(String architecture, TensorType type) {
        return new RandomModel(architecture, type, type, type, type, 1, 256, 8, 2, 32, 256, 300, 512, false, 1);
    }

    /** One layer of that type, as small as the kernels allow: for tests of many steps. */
    static RandomModel small(String architecture, TensorType type) {
        return new RandomModel(architecture, type, type, type, type, 1, 64, 2, 1, 32, 64, 64, 512, true, 1);
    }

    /** The values and the gate's factor of another type, as files of mixed types have them. */
    RandomModel mixed(TensorType value, TensorType up, TensorType embedding) {
        return new RandomModel(
                architecture,
                type,
                value,
                up,
                embedding,
                layers,
                width,
                heads,
                kvHeads,
                headSize,
                feedForward,
                vocabulary,
                context,
                true,
                finalNorm);
    }

    RandomModel heads(int count, int kvCount, int size) {
        return new RandomModel(
                architecture,
                type,
                valueType,
                upType,
                embeddingType,
                layers,
                width,
                count,
                kvCount,
                size,
                feedForward,
                vocabulary,
                context,
                tied,
                finalNorm);
    }

    RandomModel withFinalNorm(float scale) {
        return new RandomModel(
                architecture,
                type,
                valueType,
                upType,
                embeddingType,
                layers,
                width,
                heads,
                kvHeads,
                headSize,
                feedForward,
                vocabulary,
                context,
                tied,
                scale);
    }

    Path writeTo(Path file, long seed) {
        Random random = new Random(seed);
        GgufWriter writer = new GgufWriter()
                .put("general.architecture", architecture)
                .put("general.name", "random")
                .put(architecture + ".block_count", layers)
                .put(architecture + ".embedding_length", width)
                .put(architecture + ".attention.head_count", heads)
                .put(architecture + ".attention.head_count_kv", kvHeads)
                .put(architecture + ".attention.key_length", headSize)
                .put(architecture + ".attention.value_length", headSize)
                .put(architecture + ".feed_forward_length", feedForward)
                .put(architecture + ".context_length", context)
                .put(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f)
                .put(architecture + ".rope.dimension_count", headSize)
                .put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "llama-bpe")
                .put("tokenizer.ggml.tokens", tokens())
                .put("tokenizer.ggml.merges", List.of("a b"))
                .put("tokenizer.ggml.add_bos_token", false);
        matrix(writer, "token_embd.weight", embeddingType, vocabulary, width, random);
        for (int i = 0; i < layers; i++) {
            layer(writer, "blk." + i + ".", random);
        }
        vector(writer, "output_norm.weight", width, finalNorm, random);
        if (!tied) {
            matrix(writer, "output.weight", type, vocabulary, width, random);
        }
        try {
            return writer.writeTo(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void layer(GgufWriter writer, String prefix, Random random) {
        int queries = heads * headSize;
        int keys = kvHeads * headSize;
        vector(writer, prefix + "attn_norm.weight", width, NORM, random);
        matrix(writer, prefix + "attn_q.weight", type, queries, width, random);
        matrix(writer, prefix + "attn_k.weight", type, keys, width, random);
        matrix(writer, prefix + "attn_v.weight", valueType, keys, width, random);
        if (architecture.equals("qwen2")) {
            vector(writer, prefix + "attn_q.bias", queries, NORM, random);
            vector(writer, prefix + "attn_k.bias", keys, NORM, random);
            vector(writer, prefix + "attn_v.bias", keys, NORM, random);
        }
        if (architecture.equals("qwen3")) {
            vector(writer, prefix + "attn_q_norm.weight", headSize, 1, random);
            vector(writer, prefix + "attn_k_norm.weight", headSize, 1, random);
        }
        matrix(writer, prefix + "attn_output.weight", type, width, queries, random);
        vector(writer, prefix + "ffn_norm.weight", width, NORM, random);
        matrix(writer, prefix + "ffn_gate.weight", type, feedForward, width, random);
        matrix(writer, prefix + "ffn_up.weight", upType, feedForward, width, random);
        matrix(writer, prefix + "ffn_down.weight", type, width, feedForward, random);
    }

    /** The lower-case letters, and different words of them. */
    private List<String> tokens() {
        List<String> tokens = new ArrayList<>();
        for (char letter = 'a'; letter <= 'z'; letter++) {
            tokens.add(String.valueOf(letter));
        }
        for (int i = tokens.size(); i < vocabulary; i++) {
            tokens.add("" + (char) ('a' + i / 26 / 26) + (char) ('a' + i / 26 % 26) + (char) ('a' + i % 26));
        }
        return tokens;
    }

    private static void vector(GgufWriter writer, String name, int size, float scale, Random random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = scale * random.nextFloat(0.8f, 1.2f);
        }
        writer.tensor(name, new long[] {size}, values);
    }

    private static void matrix(GgufWriter writer, String name, TensorType type, int rows, int columns, Random random) {
        Weight weight = RandomWeights.of(type, rows, columns, random);
        if (type.blockElements() == 1) {
            scale(weight.data(), type);
        }
        writer.tensor(name, type, new long[] {columns, rows}, weight.data().toArray(ValueLayout.JAVA_BYTE));
    }

    /** Makes the numbers of a float type as small as those of the quantised ones. */
    private static void scale(MemorySegment data, TensorType type) {
        ValueLayout.OfShort shorts = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        ValueLayout.OfFloat floats = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        for (long at = 0; at < data.byteSize(); at += type.blockBytes()) {
            switch (type) {
                case F32 -> data.set(floats, at, data.get(floats, at) * FLOAT_SCALE);
                case F16 ->
                    data.set(
                            shorts, at, Float.floatToFloat16(Float.float16ToFloat(data.get(shorts, at)) * FLOAT_SCALE));
                default ->
                    data.set(shorts, at, (short)
                            (Float.floatToIntBits(Float.intBitsToFloat(data.get(shorts, at) << 16) * FLOAT_SCALE)
                                    >> 16));
            }
        }
    }
}
