package io.inference.image.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * WebP (RFC 9649), still pictures: chunks in a RIFF container. The size of the canvas has to be that of the coded
 * picture. All of it is decoded by a library.
 */
final class WebpCheck {
    private static final int HEAD = 12;
    private static final int CHUNK_HEAD = 8;
    private static final int MOST_PROFILE_BYTES = 4 * 1024 * 1024;
    private static final int CANVAS_LENGTH = 10;
    private static final int ANIMATED = 0x02;
    private static final int XMP = 0x04;
    private static final int EXIF = 0x08;
    private static final int SIZE_BITS = 14;
    private static final int SIZE = (1 << SIZE_BITS) - 1;
    private static final byte LOSSLESS = 0x2F;

    private final ImageLimits limits;
    private byte @Nullable [] canvas;
    private int width;
    private int height;
    private boolean lossless;
    private int orientation = Orientation.UPRIGHT;

    WebpCheck(ImageLimits limits) {
        this.limits = limits;
    }

    /** @param file in the order of bytes of RIFF */
    CheckedImage check(ByteBuffer file) throws BadImageException {
        Parts parts = new Parts(file);
        try {
            readChunks(file, parts);
        } catch (IndexOutOfBoundsException e) {
            throw new BadImageException("it is not complete");
        }
        if (width == 0) {
            throw new BadImageException("it has no pixels");
        }
        CheckedImage image = new CheckedImage(ImageType.WEBP, width, height, withHead(parts.all()));
        Decoding.check(image, lossless);
        return image;
    }

    private void readChunks(ByteBuffer file, Parts parts) throws BadImageException {
        // Lengths are unsigned: one that does not fit an int is no length of this file.
        int end = Math.addExact(checked(file.getInt(4)), CHUNK_HEAD);
        if (end > file.limit()) {
            throw new BadImageException("it is not complete");
        }
        int at = HEAD;
        while (at < end) {
            int length = checked(file.getInt(at + 4));
            int next = at + CHUNK_HEAD + length + (length & 1);
            ByteBuffer data = file.slice(at + CHUNK_HEAD, length).order(ByteOrder.LITTLE_ENDIAN);
            byte[] type = new byte[4];
            file.get(at, type);
            if (isKept(new String(type, StandardCharsets.ISO_8859_1), data)) {
                if (next > end) {
                    throw new BadImageException("it is not complete");
                }
                parts.keep(at, next);
            }
            at = next;
        }
    }

    private static int checked(int length) throws BadImageException {
        if (length < 0 || length > Integer.MAX_VALUE - 2 * CHUNK_HEAD) {
            throw new BadImageException("it is not complete");
        }
        return length;
    }

    private boolean isKept(String type, ByteBuffer data) throws BadImageException {
        return switch (type) {
            case "VP8X" -> {
                readCanvas(data);
                yield false;
            }
            case "VP8 " -> {
                boolean picture = (data.get(0) & 1) == 0
                        && data.get(3) == (byte) 0x9D
                        && data.get(4) == 0x01
                        && data.get(5) == 0x2A;
                readPicture(picture, data.getShort(6) & SIZE, data.getShort(8) & SIZE);
                yield true;
            }
            case "VP8L" -> {
                int sizes = data.getInt(1);
                lossless = true;
                readPicture(data.get(0) == LOSSLESS, (sizes & SIZE) + 1, (sizes >>> SIZE_BITS & SIZE) + 1);
                yield true;
            }
            case "ALPH" -> canvas != null && width == 0;
            case "ICCP" -> {
                if (data.limit() > MOST_PROFILE_BYTES) {
                    throw new BadImageException("its colour profile is too large");
                }
                yield canvas != null && width == 0;
            }
            case "EXIF" -> {
                orientation = Orientation.read(tiff(data));
                yield false;
            }
            case "ANIM", "ANMF" -> throw new BadImageException("it is an animated WebP, which is not supported");
            default -> false;
        };
    }

    private void readCanvas(ByteBuffer data) throws BadImageException {
        byte[] head = new byte[CANVAS_LENGTH];
        data.get(0, head);
        limits.checkSize(1 + (data.getInt(4) & 0xFFFFFF), 1 + (data.getInt(6) >>> Byte.SIZE));
        if (canvas != null || width > 0) {
            throw new BadImageException("its chunks are in a wrong order");
        }
        if ((head[0] & ANIMATED) != 0) {
            throw new BadImageException("it is an animated WebP, which is not supported");
        }
        canvas = head;
    }

    private void readPicture(boolean known, int columns, int rows) throws BadImageException {
        if (!known || width > 0) {
            throw new BadImageException("its pixels cannot be decoded");
        }
        limits.checkSize(columns, rows);
        if (canvas != null) {
            ByteBuffer head = ByteBuffer.wrap(canvas).order(ByteOrder.LITTLE_ENDIAN);
            if (1 + (head.getInt(4) & 0xFFFFFF) != columns || 1 + (head.getInt(6) >>> Byte.SIZE) != rows) {
                throw new BadImageException("its headers contradict each other");
            }
        }
        width = columns;
        height = rows;
    }

    /** Some writers put the name of JPEG's segment before it. */
    private static ByteBuffer tiff(ByteBuffer exif) {
        byte[] name = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
        boolean named = exif.limit() > name.length && exif.slice(0, name.length).equals(ByteBuffer.wrap(name));
        return named ? exif.slice(name.length, exif.limit() - name.length) : exif;
    }

    /** A new head of the container, and around the chunks that are kept the canvas and the orientation. */
    private List<ByteBuffer> withHead(List<ByteBuffer> chunks) {
        List<ByteBuffer> parts = new ArrayList<>(chunks);
        boolean turned = canvas != null && orientation != Orientation.UPRIGHT;
        if (turned) {
            byte[] tiff = Orientation.write(orientation);
            parts.add(chunk("EXIF", tiff));
        }
        if (canvas != null) {
            byte[] head = canvas.clone();
            head[0] = (byte) (head[0] & ~(EXIF | XMP) | (turned ? EXIF : 0));
            parts.addFirst(chunk("VP8X", head));
        }
        int length = parts.stream().mapToInt(ByteBuffer::limit).sum();
        ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
        head.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + length);
        parts.addFirst(head.put("WEBP".getBytes(StandardCharsets.US_ASCII)).flip());
        return parts;
    }

    private static ByteBuffer chunk(String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_HEAD + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return chunk.put(type.getBytes(StandardCharsets.US_ASCII))
                .putInt(data.length)
                .put(data)
                .flip();
    }
}
