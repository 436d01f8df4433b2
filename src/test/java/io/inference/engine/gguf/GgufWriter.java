package io.inference.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small GGUF files for tests: version 3, metadata in the given order, tensors aligned to 32. */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;

    private record Tensor(String name, TensorType type, long[] shape, long bytes, byte[] data) {}

    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    /** Adds an entry: String, Boolean, Integer, Long, Float, Double, int[], float[], or List of String. */
    public GgufWriter put(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    /** Adds a tensor from its stored bytes. */
    public GgufWriter tensor(String name, TensorType type, long[] shape, byte[] data) {
        tensors.add(new Tensor(name, type, shape.clone(), data.length, data.clone()));
        return this;
    }

    /** Adds a tensor whose bytes the caller writes: see {@link #headerBytes} and {@link #offsets}. */
    public GgufWriter tensor(String name, TensorType type, long... shape) {
        tensors.add(new Tensor(
                name,
                type,
                shape.clone(),
                type.bytesFor(Arrays.stream(shape).reduce(1, Math::multiplyExact)),
                new byte[0]));
        return this;
    }

    /** Adds an F32 tensor. */
    public GgufWriter tensor(String name, long[] shape, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return tensor(name, TensorType.F32, shape, data.array());
    }

    public Path writeTo(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    /** The offset of each tensor's data from the end of the header; the last entry, "", is the length of all data. */
    public Map<String, Long> offsets() {
        Map<String, Long> offsets = new LinkedHashMap<>();
        long offset = 0;
        for (Tensor tensor : tensors) {
            offsets.put(tensor.name(), offset);
            offset += aligned(tensor.bytes());
        }
        offsets.put("", offset);
        return offsets;
    }

    public byte[] bytes() {
        Sink sink = header();
        for (Tensor tensor : tensors) {
            sink.raw(tensor.data());
            sink.pad();
        }
        return sink.out.toByteArray();
    }

    /** All that comes before the tensors' data. */
    public byte[] headerBytes() {
        return header().out.toByteArray();
    }

    private Sink header() {
        Sink sink = new Sink();
        sink.raw("GGUF".getBytes(StandardCharsets.US_ASCII));
        sink.int32(3);
        sink.int64(tensors.size());
        sink.int64(metadata.size());
        metadata.forEach((key, value) -> {
            sink.string(key);
            sink.value(value);
        });
        long offset = 0;
        for (Tensor tensor : tensors) {
            sink.string(tensor.name());
            sink.int32(tensor.shape().length);
            for (long dimension : tensor.shape()) {
                sink.int64(dimension);
            }
            sink.int32(tensor.type().ggmlId());
            sink.int64(offset);
            offset += aligned(tensor.bytes());
        }
        sink.pad();
        return sink;
    }

    private static long aligned(long size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static final class Sink {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void raw(byte[] bytes) {
            out.writeBytes(bytes);
        }

        void int32(int value) {
            raw(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void int64(long value) {
            raw(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void string(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            int64(bytes.length);
            raw(bytes);
        }

        void pad() {
            raw(new byte[(int) (aligned(out.size()) - out.size())]);
        }

        void value(Object value) {
            int32(typeOf(value));
            if (value instanceof List<?> || value instanceof int[] || value instanceof float[]) {
                array(value);
            } else {
                element(value);
            }
        }

        private void array(Object value) {
            List<Object> elements = new ArrayList<>();
            switch (value) {
                case int[] ints -> Arrays.stream(ints).forEach(elements::add);
                case float[] floats -> {
                    for (float element : floats) {
                        elements.add(element);
                    }
                }
                default -> elements.addAll((List<?>) value);
            }
            int32(value instanceof int[] ? 5 : value instanceof float[] ? 6 : 8);
            int64(elements.size());
            elements.forEach(this::element);
        }

        private void element(Object value) {
            switch (value) {
                case String text -> string(text);
                case Boolean bool -> out.write(bool ? 1 : 0);
                case Integer number -> int32(number);
                case Long number -> int64(number);
                case Float number -> int32(Float.floatToIntBits(number));
                case Double number -> int64(Double.doubleToLongBits(number));
                default -> throw new IllegalArgumentException("no GGUF value: " + value.getClass());
            }
        }

        private static int typeOf(Object value) {
            return switch (value) {
                case Integer i -> 5;
                case Float f -> 6;
                case Boolean b -> 7;
                case String s -> 8;
                case Long l -> 11;
                case Double d -> 12;
                default -> 9;
            };
        }
    }
}
