package io.inference.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A position in the mapped file that advances as values are read; every read is checked against the end. */
final class GgufCursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Memory of a string in addition to its characters, in bytes: many empty ones need memory too. */
    private static final int STRING_OVERHEAD_BYTES = 56;

    private final MemorySegment file;
    private long offset;
    private long stringBytesLeft;

    GgufCursor(MemorySegment file, long stringBytesMax) {
        this.file = file;
        this.stringBytesLeft = stringBytesMax;
    }

    long offset() {
        return offset;
    }

    long remaining() {
        return file.byteSize() - offset;
    }

    int u32(String what) {
        return file.get(INT, advance(4, what));
    }

    long u64(String what) {
        return file.get(LONG, advance(8, what));
    }

    /** A count or a length: a 64-bit number from 0 to {@code max}. */
    long count(String what, long max) {
        long start = offset;
        long value = u64(what);
        if (value < 0 || value > max) {
            throw new GgufException("%s at offset %d is %s, more than the %d that are possible or allowed"
                    .formatted(what, start, Long.toUnsignedString(value), max));
        }
        return value;
    }

    String string(String what, long maxBytes) {
        long start = offset;
        int length = (int) count("length of " + what, maxBytes);
        stringBytesLeft -= STRING_OVERHEAD_BYTES + (long) length;
        if (stringBytesLeft < 0) {
            throw new GgufException(
                    "%s at offset %d: the file's strings take more memory than is allowed".formatted(what, start));
        }
        byte[] bytes = new byte[(int) checkLength(length, what)];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, advance(length, what), bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** One integer, widened; an unsigned 64-bit number above {@code Long.MAX_VALUE} is an error. */
    long integer(ValueType type, String what) {
        long start = offset;
        long at = advance(type.minBytes, what);
        long value = switch (type) {
            case UINT8 -> Byte.toUnsignedLong(file.get(ValueLayout.JAVA_BYTE, at));
            case INT8 -> file.get(ValueLayout.JAVA_BYTE, at);
            case UINT16 -> Short.toUnsignedLong(file.get(SHORT, at));
            case INT16 -> file.get(SHORT, at);
            case UINT32 -> Integer.toUnsignedLong(file.get(INT, at));
            case INT32 -> file.get(INT, at);
            case UINT64, INT64 -> file.get(LONG, at);
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> throw new IllegalArgumentException(type.name());
        };
        if (type == ValueType.UINT64 && value < 0) {
            throw new GgufException(
                    "%s at offset %d is %s, too large".formatted(what, start, Long.toUnsignedString(value)));
        }
        return value;
    }

    double decimal(ValueType type, String what) {
        return type == ValueType.FLOAT32 ? Float.intBitsToFloat(u32(what)) : Double.longBitsToDouble(u64(what));
    }

    boolean bool(String what) {
        long start = offset;
        byte value = file.get(ValueLayout.JAVA_BYTE, advance(1, what));
        if (value != 0 && value != 1) {
            throw new GgufException("%s at offset %d is %d, no boolean (0 or 1)".formatted(what, start, value & 0xff));
        }
        return value == 1;
    }

    private long advance(long bytes, String what) {
        checkLength(bytes, what);
        long start = offset;
        offset += bytes;
        return start;
    }

    private long checkLength(long bytes, String what) {
        if (bytes > remaining()) {
            throw new GgufException("the file ends at offset %d inside %s, which starts at %d and takes %d bytes"
                    .formatted(file.byteSize(), what, offset, bytes));
        }
        return bytes;
    }
}
