package io.inference.image.check;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A picture that is complete and within the limits.
 *
 * @param parts its bytes without metadata, one after the other: mostly slices of what was checked, each from position 0
 *     to its limit
 */
public record CheckedImage(ImageType type, int width, int height, List<ByteBuffer> parts) {
    public CheckedImage {
        parts = List.copyOf(parts);
    }

    /** Bytes of all parts. */
    public long length() {
        return parts.stream().mapToLong(ByteBuffer::limit).sum();
    }

    /** A copy of all parts. */
    public byte[] toBytes() {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(length()));
        parts.forEach(part -> all.put(part.duplicate()));
        return all.array();
    }
}
