package io.inference.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses a mapped file: header, metadata, tensor table, and the slices of the data that the table describes. The limits
 * are far above any real model; they prevent a malicious file, which may be sparse and claim terabytes, from using up
 * memory.
 */
final class GgufParser {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int ENTRIES_MAX = 1 << 16;
    private static final int KEY_BYTES_MAX = 1 << 16;
    private static final int STRING_BYTES_MAX = 1 << 24;
    private static final int ALL_STRINGS_BYTES_MAX = 1 << 27;
    private static final int ALL_ARRAY_ELEMENTS_MAX = 1 << 23;
    private static final int DIMENSIONS_MAX = 4;
    private static final int DEFAULT_ALIGNMENT = 32;

    private final MemorySegment file;
    private final GgufCursor cursor;
    private long arrayElementsLeft = ALL_ARRAY_ELEMENTS_MAX;

    GgufParser(MemorySegment file) {
        this.file = file;
        this.cursor = new GgufCursor(file, ALL_STRINGS_BYTES_MAX);
    }

    record Parsed(int version, GgufMetadata metadata, Map<String, TensorInfo> tensors) {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier inside this class, never compared
    private record Header(String name, long[] shape, TensorType type, long at, long dataOffset) {}

    Parsed parse(String fileName) {
        int version = version();
        int tensorCount = (int) cursor.count("number of tensors", ENTRIES_MAX);
        int entryCount = (int) cursor.count("number of metadata entries", ENTRIES_MAX);
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < entryCount; i++) {
            entry(i, values);
        }
        GgufMetadata metadata = new GgufMetadata(fileName, values);
        Map<String, Header> headers = new LinkedHashMap<>();
        for (int i = 0; i < tensorCount; i++) {
            Header header = tensorHeader(i);
            if (headers.putIfAbsent(header.name(), header) != null) {
                throw new GgufException(
                        "tensor '%s' at offset %d is there twice".formatted(header.name(), header.at()));
            }
        }
        return new Parsed(version, metadata, slices(headers, alignment(values)));
    }

    private int version() {
        int magic = cursor.u32("magic number");
        if (magic != MAGIC) {
            throw new GgufException(
                    "not a GGUF file: it starts with 0x%08x, not with 'GGUF'".formatted(Integer.reverseBytes(magic)));
        }
        int version = cursor.u32("version");
        if (version != 0 && (version & 0xffff) == 0) {
            throw new GgufException("big-endian GGUF (version at offset 4) is not supported");
        }
        if (version != 2 && version != 3) {
            throw new GgufException("GGUF version %s (at offset 4) is not supported, only 2 and 3"
                    .formatted(Integer.toUnsignedString(version)));
        }
        return version;
    }

    private void entry(int index, Map<String, Object> values) {
        long start = cursor.offset();
        String key = cursor.string("key of metadata entry " + index, KEY_BYTES_MAX);
        String what = "metadata key '" + printable(key) + "'";
        Object value = value(valueType(what), what);
        if (values.putIfAbsent(key, value) != null) {
            throw new GgufException("%s at offset %d is there twice".formatted(what, start));
        }
    }

    private ValueType valueType(String what) {
        long start = cursor.offset();
        int number = cursor.u32("type of " + what);
        return ValueType.of(number)
                .orElseThrow(() -> new GgufException("%s has the unknown value type %s at offset %d"
                        .formatted(what, Integer.toUnsignedString(number), start)));
    }

    private Object value(ValueType type, String what) {
        return switch (type) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> cursor.integer(type, what);
            case FLOAT32, FLOAT64 -> cursor.decimal(type, what);
            case BOOL -> cursor.bool(what);
            case STRING -> cursor.string(what, STRING_BYTES_MAX);
            case ARRAY -> array(what);
        };
    }

    private Object array(String what) {
        ValueType type = valueType("element of " + what);
        if (type == ValueType.ARRAY) {
            throw new GgufException(
                    "%s at offset %d is an array of arrays, which is not supported".formatted(what, cursor.offset()));
        }
        long bound = Math.min(arrayElementsLeft, Math.max(0, cursor.remaining() - Long.BYTES) / type.minBytes);
        int length = (int) cursor.count("length of " + what, bound);
        arrayElementsLeft -= length;
        if (type == ValueType.STRING) {
            String[] strings = new String[length];
            for (int i = 0; i < length; i++) {
                strings[i] = cursor.string(what, STRING_BYTES_MAX);
            }
            return new GgufMetadata.Strings(List.of(strings));
        }
        return type.isFloat() ? floats(type, length, what) : integers(type, length, what);
    }

    private GgufMetadata.Floats floats(ValueType type, int length, String what) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) cursor.decimal(type, what);
        }
        return new GgufMetadata.Floats(values);
    }

    private GgufMetadata.Integers integers(ValueType type, int length, String what) {
        long[] values = new long[length];
        for (int i = 0; i < length; i++) {
            values[i] = type == ValueType.BOOL ? (cursor.bool(what) ? 1 : 0) : cursor.integer(type, what);
        }
        return new GgufMetadata.Integers(values);
    }

    private Header tensorHeader(int index) {
        long start = cursor.offset();
        String name = cursor.string("name of tensor " + index, KEY_BYTES_MAX);
        String what = "tensor '" + printable(name) + "'";
        int dimensions = cursor.u32("number of dimensions of " + what);
        if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
            throw new GgufException("%s at offset %d has %s dimensions, not 1 to %d"
                    .formatted(what, start, Integer.toUnsignedString(dimensions), DIMENSIONS_MAX));
        }
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = cursor.u64("shape of " + what);
        }
        long typeAt = cursor.offset();
        int number = cursor.u32("type of " + what);
        TensorType type = TensorType.ofGgmlId(number)
                .orElseThrow(() -> new GgufException("%s has type %s at offset %d, which this engine does not read"
                        .formatted(what, Integer.toUnsignedString(number), typeAt)));
        return new Header(name, shape, type, start, cursor.u64("data offset of " + what));
    }

    private static long alignment(Map<String, Object> values) {
        Object value = values.getOrDefault("general.alignment", (long) DEFAULT_ALIGNMENT);
        if (value instanceof Long alignment && alignment >= 8 && Long.bitCount(alignment) == 1) {
            return alignment;
        }
        throw new GgufException("metadata key 'general.alignment' is %s, not a power of two from 8"
                .formatted(value instanceof Long ? value : "no integer"));
    }

    private Map<String, TensorInfo> slices(Map<String, Header> headers, long alignment) {
        long end = cursor.offset();
        long padding = (alignment - end % alignment) % alignment;
        // A file without tensors may end without the padding; and a huge alignment must not overflow the sum.
        long dataStart = padding > file.byteSize() - end ? file.byteSize() : end + padding;
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (Header header : headers.values()) {
            tensors.put(header.name(), slice(header, dataStart, alignment));
        }
        return tensors;
    }

    private TensorInfo slice(Header header, long dataStart, long alignment) {
        String what = "tensor '%s' (described at offset %d)".formatted(printable(header.name()), header.at());
        long available = file.byteSize() - dataStart;
        long bytes = bytes(header, what);
        long offset = header.dataOffset();
        if (offset < 0 || offset % alignment != 0) {
            throw new GgufException("%s has its data at %s, which is not aligned to %d"
                    .formatted(what, Long.toUnsignedString(offset), alignment));
        }
        if (offset > available || bytes > available - offset) {
            throw new GgufException("%s takes %d bytes at %d of the data, which has only %d: the file is cut short"
                    .formatted(what, bytes, offset, available));
        }
        return new TensorInfo(header.name(), header.shape(), header.type(), file.asSlice(dataStart + offset, bytes));
    }

    private static long bytes(Header header, String what) {
        long elements = 1;
        for (long dimension : header.shape()) {
            if (dimension < 1 || Math.multiplyHigh(elements, dimension) != 0 || elements * dimension < 0) {
                throw new GgufException(
                        "%s has the impossible shape %s".formatted(what, Arrays.toString(header.shape())));
            }
            elements *= dimension;
        }
        TensorType type = header.type();
        if (header.shape()[0] % type.blockElements() != 0) {
            throw new GgufException("%s has rows of %d elements, no whole number of %s blocks of %d"
                    .formatted(what, header.shape()[0], type, type.blockElements()));
        }
        long blocks = elements / type.blockElements();
        if (blocks > Long.MAX_VALUE / type.blockBytes()) {
            throw new GgufException("%s has the impossible shape %s".formatted(what, Arrays.toString(header.shape())));
        }
        return blocks * type.blockBytes();
    }

    /** A name from the file, short enough and clean enough for a log line. */
    private static String printable(String name) {
        String clean = name.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 80 ? clean : clean.substring(0, 80) + "…";
    }
}
