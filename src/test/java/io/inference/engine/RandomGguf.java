package io.inference.engine;

import io.inference.engine.gguf.GgufWriter;
import io.inference.engine.gguf.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes model files with random weights in the shapes of real models, for machines that no model file reaches: {@code
 * RandomGguf SHAPE TYPE FILE [LAYERS]}. A matrix's elements have a deviation of {@code 1/sqrt(columns)}, so that logits
 * are finite, near 1 in size, and depend on the whole prompt. The tokenizer has the 256 bytes and made-up tokens.
 */
public final class RandomGguf {
    /**
     * The shape of a model.
     *
     * @param pre the pre-tokenizer's name
     * @param tied whether the embedding is the output matrix as well
     */
    private record Shape(
            String architecture,
            int layers,
            int width,
            int heads,
            int kvHeads,
            int headSize,
            int feedForward,
            int vocabulary,
            float ropeBase,
            String pre,
            boolean tied) {}

    private static final int CONTEXT = 8192;

    private static final Map<String, Shape> SHAPES = Map.of(
            "tiny", new Shape("llama", 2, 256, 8, 2, 32, 512, 600, 10_000, "smollm", true),
            "tiny-qwen", new Shape("qwen3", 2, 256, 4, 2, 64, 512, 600, 1e6f, "qwen2", false),
            "smollm2-135m", new Shape("llama", 30, 576, 9, 3, 64, 1536, 49_152, 100_000, "smollm", true),
            "llama-3.2-1b", new Shape("llama", 16, 2048, 32, 8, 64, 8192, 128_256, 500_000, "llama-bpe", true),
            "qwen3-4b", new Shape("qwen3", 36, 2560, 32, 8, 128, 9728, 151_936, 1e6f, "qwen2", true),
            "llama-3.1-8b", new Shape("llama", 32, 4096, 32, 8, 128, 14_336, 128_256, 500_000, "llama-bpe", false));

    /** Pieces of a tensor that one task fills. */
    private static final int CHUNK_BLOCKS = 1 << 15;

    private final Shape shape;
    private final TensorType type;
    private final int layers;
    private final GgufWriter writer = new GgufWriter();
    private final Map<String, Filled> tensors = new LinkedHashMap<>();

    /** @param columns number of a row's elements; 0 for a vector of ones, near enough */
    private record Filled(TensorType type, int columns, long elements) {
        long bytes() {
            return type.bytesFor(elements);
        }
    }

    private RandomGguf(Shape shape, TensorType type, int layers) {
        this.shape = shape;
        this.type = type;
        this.layers = layers;
    }

    public static void main(String[] args) {
        int layers = args.length > 3 ? Integer.parseInt(args[3]) : Integer.MAX_VALUE;
        long start = System.nanoTime();
        long read = write(args[0], TensorType.valueOf(args[1]), Path.of(args[2]), layers);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("RESULT\t%s %s bytes read for a token\t%d%n", args[0], args[1], read);
        System.out.printf("wrote %s %s in %.1f s%n", args[0], args[1], seconds);
    }

    /**
     * Writes a file.
     *
     * @param shape {@code smollm2-135m}, {@code llama-3.2-1b}, {@code qwen3-4b}, {@code llama-3.1-8b} or {@code tiny}
     * @param type of all matrices; for a type of four bits the embedding is Q6_K or, if its width does not allow that,
     *     Q8_0, as in usual files
     * @param layers the first layers of the model, or more than it has for all
     * @return the bytes of weights that decoding a token reads
     */
    public static long write(String shape, TensorType type, Path file, int layers) {
        Shape known = SHAPES.get(shape);
        if (known == null) {
            throw new IllegalArgumentException("no shape " + shape + ", only " + SHAPES.keySet());
        }
        return new RandomGguf(known, type, Math.min(layers, known.layers())).write(file);
    }

    private long write(Path file) {
        metadata();
        weights();
        byte[] header = writer.headerBytes();
        Map<String, Long> offsets = writer.offsets();
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                Arena arena = Arena.ofShared()) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, header.length + offsets.get(""), arena);
            MemorySegment.copy(header, 0, all, ValueLayout.JAVA_BYTE, 0, header.length);
            tensors.forEach((name, tensor) ->
                    fill(tensor, all.asSlice(header.length + offsets.get(name), tensor.bytes()), name.hashCode()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long bytes = tensors.values().stream().mapToLong(Filled::bytes).sum();
        return shape.tied() ? bytes : bytes - tensors.get("token_embd.weight").bytes();
    }

    private void metadata() {
        String arch = shape.architecture();
        writer.put("general.architecture", arch)
                .put("general.name", "random weights")
                .put(arch + ".block_count", layers)
                .put(arch + ".embedding_length", shape.width())
                .put(arch + ".attention.head_count", shape.heads())
                .put(arch + ".attention.head_count_kv", shape.kvHeads())
                .put(arch + ".attention.key_length", shape.headSize())
                .put(arch + ".attention.value_length", shape.headSize())
                .put(arch + ".feed_forward_length", shape.feedForward())
                .put(arch + ".context_length", CONTEXT)
                .put(arch + ".attention.layer_norm_rms_epsilon", 1e-5f)
                .put(arch + ".rope.dimension_count", shape.headSize())
                .put(arch + ".rope.freq_base", shape.ropeBase())
                .put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", shape.pre())
                .put("tokenizer.ggml.tokens", tokens())
                .put("tokenizer.ggml.token_type", tokenTypes())
                .put("tokenizer.ggml.merges", List.of("a b"))
                .put("tokenizer.ggml.add_bos_token", false)
                .put("tokenizer.ggml.eos_token_id", shape.vocabulary() - 1)
                .put("tokenizer.chat_template", "{% for message in messages %}{{ message['content'] }}{% endfor %}");
    }

    /** The bytes in the alphabet of byte-level BPE, then made-up words, then one control token. */
    private List<String> tokens() {
        List<String> tokens = new ArrayList<>(shape.vocabulary());
        int hidden = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            tokens.add(Character.toString(visible ? b : hidden++));
        }
        tokens.add("ab");
        while (tokens.size() < shape.vocabulary() - 1) {
            tokens.add("word" + tokens.size());
        }
        tokens.add("<|im_end|>");
        return tokens;
    }

    private int[] tokenTypes() {
        int[] types = new int[shape.vocabulary()];
        java.util.Arrays.fill(types, 1);
        types[types.length - 1] = 3;
        return types;
    }

    private void weights() {
        int width = shape.width();
        int queries = shape.heads() * shape.headSize();
        int keys = shape.kvHeads() * shape.headSize();
        boolean fourBits = type.blockBytes() * 8 <= 5 * type.blockElements();
        TensorType embedding = !fourBits ? type : width % 256 == 0 ? TensorType.Q6_K : TensorType.Q8_0;
        matrix("token_embd.weight", embedding, shape.vocabulary(), width);
        for (int i = 0; i < layers; i++) {
            String prefix = "blk." + i + ".";
            vector(prefix + "attn_norm.weight", width);
            matrix(prefix + "attn_q.weight", type, queries, width);
            matrix(prefix + "attn_k.weight", type, keys, width);
            matrix(prefix + "attn_v.weight", type, keys, width);
            if (shape.architecture().equals("qwen3")) {
                vector(prefix + "attn_q_norm.weight", shape.headSize());
                vector(prefix + "attn_k_norm.weight", shape.headSize());
            }
            matrix(prefix + "attn_output.weight", type, width, queries);
            vector(prefix + "ffn_norm.weight", width);
            matrix(prefix + "ffn_gate.weight", type, shape.feedForward(), width);
            matrix(prefix + "ffn_up.weight", type, shape.feedForward(), width);
            matrix(prefix + "ffn_down.weight", type, width, shape.feedForward());
        }
        vector("output_norm.weight", width);
        if (!shape.tied()) {
            matrix("output.weight", embedding, shape.vocabulary(), width);
        }
    }

    private void matrix(String name, TensorType stored, int rows, int columns) {
        writer.tensor(name, stored, columns, rows);
        tensors.put(name, new Filled(stored, columns, (long) rows * columns));
    }

    private void vector(String name, int size) {
        writer.tensor(name, TensorType.F32, size);
        tensors.put(name, new Filled(TensorType.F32, 0, size));
    }

    /** Random blocks, in parallel; the same for the same name on every machine. */
    private static void fill(Filled tensor, MemorySegment data, int seed) {
        long blocks = tensor.elements() / tensor.type().blockElements();
        IntStream.range(0, (int) ((blocks + CHUNK_BLOCKS - 1) / CHUNK_BLOCKS))
                .parallel()
                .forEach(chunk -> {
                    long from = (long) chunk * CHUNK_BLOCKS;
                    long count = Math.min(CHUNK_BLOCKS, blocks - from);
                    int bytes = tensor.type().blockBytes();
                    new Blocks(tensor, (long) seed << 32 | chunk).fill(data.asSlice(from * bytes, count * bytes));
                });
    }

    /** Writes blocks of one tensor from a generator of its own (xorshift). */
    private static final class Blocks {
        private static final ValueLayout.OfShort SHORT =
                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfFloat FLOAT =
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final Filled tensor;
        private final float deviation;
        private long state;

        Blocks(Filled tensor, long seed) {
            this.tensor = tensor;
            this.deviation = tensor.columns() == 0 ? 0 : (float) (1 / Math.sqrt(tensor.columns()));
            this.state = seed * 0x9E3779B97F4A7C15L | 1;
            next();
        }

        private long next() {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            return state;
        }

        /** Uniform with a deviation of 1. */
        private float uniform() {
            return (next() >> 40) * (1.7320508f / (1 << 23));
        }

        void fill(MemorySegment data) {
            TensorType type = tensor.type();
            if (type.blockElements() > 1) {
                quantized(data, type);
                return;
            }
            for (long at = 0; at < data.byteSize(); at += type.blockBytes()) {
                float value = tensor.columns() == 0 ? 1 + uniform() / 16 : uniform() * deviation;
                switch (type) {
                    case F32 -> data.set(FLOAT, at, value);
                    case F16 -> data.set(SHORT, at, Float.floatToFloat16(value));
                    default -> data.set(SHORT, at, (short) (Float.floatToRawIntBits(value) >>> 16));
                }
            }
        }

        /** Random bits everywhere, then the scales. */
        private void quantized(MemorySegment data, TensorType type) {
            long at = 0;
            for (; at + 8 <= data.byteSize(); at += 8) {
                data.set(LONG, at, next());
            }
            for (; at < data.byteSize(); at++) {
                data.set(ValueLayout.JAVA_BYTE, at, (byte) next());
            }
            for (at = 0; at < data.byteSize(); at += type.blockBytes()) {
                float jitter = 1 + uniform() / 8;
                switch (type) {
                    // The deviations of uniform integers of 4, 5 and 8 bits are 4.6, 9.2 and 73.9.
                    case Q4_0 -> half(data, at, jitter * deviation / 4.6f);
                    case Q5_0 -> half(data, at, jitter * deviation / 9.2f);
                    case Q8_0 -> half(data, at, jitter * deviation / 73.9f);
                    case Q4_1 -> {
                        half(data, at, jitter * deviation / 4.6f);
                        half(data, at + 2, -7.5f * jitter * deviation / 4.6f);
                    }
                    case Q5_1 -> {
                        half(data, at, jitter * deviation / 9.2f);
                        half(data, at + 2, -15.5f * jitter * deviation / 9.2f);
                    }
                    case Q6_K -> {
                        half(data, at + 208, jitter * deviation / 18.5f / 64);
                        for (int i = 0; i < 16; i++) {
                            data.set(ValueLayout.JAVA_BYTE, at + 192 + i, (byte) (48 + (next() >>> 59)));
                        }
                    }
                    default -> throw new IllegalArgumentException("no random weights of type " + type);
                }
            }
        }

        private static void half(MemorySegment data, long at, float value) {
            data.set(SHORT, at, Float.floatToFloat16(value));
        }
    }
}
