package io.inference.image.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * JPEG (ITU-T T.81): segments, each with a marker and, but for the coded pixels, a length. After the segments all of it
 * is decoded by the JDK's reader, which keeps a few of the pixels.
 */
final class JpegCheck {
    private static final int MOST_PROFILE_BYTES = 4 * 1024 * 1024;
    /** A progressive picture has about ten. Decoding takes the time of all pixels for each. */
    private static final int MOST_SCANS = 100;

    private static final int END = 0xD9;
    private static final int BASELINE = 0xC0;
    private static final int EXTENDED = 0xC1;
    private static final int PROGRESSIVE = 0xC2;
    private static final int HUFFMAN_TABLES = 0xC4;
    private static final int SCAN = 0xDA;
    private static final int QUANTIZATION_TABLES = 0xDB;
    private static final int RESTART_INTERVAL = 0xDD;
    private static final int JFIF = 0xE0;
    private static final int EXIF = 0xE1;
    private static final int PROFILE = 0xE2;
    private static final int ADOBE = 0xEE;
    private static final int LAST_APPLICATION = 0xEF;
    private static final int COMMENT = 0xFE;
    private static final int FIRST_RESTART = 0xD0;
    private static final int LAST_RESTART = 0xD7;

    /** Bytes of a segment JFIF without a thumbnail, from its marker on. */
    private static final int JFIF_LENGTH = 18;

    private final ImageLimits limits;
    private int width;
    private int height;
    private int scans;
    private int profileBytes;

    JpegCheck(ImageLimits limits) {
        this.limits = limits;
    }

    CheckedImage check(ByteBuffer file) throws BadImageException {
        Parts parts = new Parts(file);
        try {
            readSegments(file, parts);
        } catch (IndexOutOfBoundsException e) {
            throw new BadImageException("it is not complete");
        }
        CheckedImage image = new CheckedImage(ImageType.JPEG, width, height, parts.all());
        Decoding.check(image, false);
        return image;
    }

    private void readSegments(ByteBuffer file, Parts parts) throws BadImageException {
        parts.keep(0, 2);
        int at = 2;
        while (true) {
            int marker = marker(file, at);
            if (marker == END) {
                if (scans == 0) {
                    throw new BadImageException("it has no pixels");
                }
                parts.keep(at, at + 2);
                return;
            }
            int length = file.getShort(at + 2) & 0xFFFF;
            ByteBuffer data = file.slice(at + 4, length - 2);
            int end = at + 2 + length;
            if (marker == SCAN) {
                end = scanEnd(file, end);
            }
            segment(parts, marker, data, at, end);
            // Bytes that only fill up are left out.
            at = end;
            while ((file.get(at) & 0xFF) == 0xFF && (file.get(at + 1) & 0xFF) == 0xFF) {
                at++;
            }
        }
    }

    private static int marker(ByteBuffer file, int at) throws BadImageException {
        if ((file.get(at) & 0xFF) != 0xFF) {
            throw new BadImageException("its segments cannot be read");
        }
        return file.get(at + 1) & 0xFF;
    }

    private void segment(Parts parts, int marker, ByteBuffer data, int start, int end) throws BadImageException {
        switch (marker) {
            case BASELINE, EXTENDED, PROGRESSIVE -> {
                if (width > 0) {
                    throw new BadImageException("it has more than one picture");
                }
                height = data.getShort(1) & 0xFFFF;
                width = data.getShort(3) & 0xFFFF;
                limits.checkSize(width, height);
                if (data.get(0) != Byte.SIZE) {
                    throw new BadImageException("it has colours of other than 8 bits");
                }
                parts.keep(start, end);
            }
            case SCAN -> {
                scans++;
                if (width == 0 || scans > MOST_SCANS) {
                    throw new BadImageException("its segments cannot be read");
                }
                parts.keep(start, end);
            }
            case JFIF -> {
                if (hasName(data, "JFIF\0") && end - start >= JFIF_LENGTH) {
                    parts.add(withoutThumbnail(data));
                }
            }
            case EXIF -> {
                if (hasName(data, "Exif\0\0")) {
                    exif(parts, data.slice(6, data.limit() - 6));
                }
            }
            case PROFILE -> {
                if (hasName(data, "ICC_PROFILE\0")) {
                    profileBytes += data.limit();
                    if (profileBytes > MOST_PROFILE_BYTES) {
                        throw new BadImageException("its colour profile is too large");
                    }
                    parts.keep(start, end);
                }
            }
            case ADOBE -> {
                if (hasName(data, "Adobe")) {
                    parts.keep(start, end);
                }
            }
            case HUFFMAN_TABLES, QUANTIZATION_TABLES, RESTART_INTERVAL -> parts.keep(start, end);
            default -> {
                if (marker != COMMENT && (marker < JFIF || marker > LAST_APPLICATION)) {
                    throw new BadImageException("it is a JPEG of a kind that is not supported");
                }
            }
        }
    }

    /** Where the coded pixels of a scan end: at a marker that is no restart. */
    private static int scanEnd(ByteBuffer file, int start) {
        int at = start;
        while (true) {
            if (file.get(at) == (byte) 0xFF) {
                int next = file.get(at + 1) & 0xFF;
                if (next != 0 && next != 0xFF && (next < FIRST_RESTART || next > LAST_RESTART)) {
                    return at;
                }
            }
            at++;
        }
    }

    private static boolean hasName(ByteBuffer data, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return data.limit() >= bytes.length && data.slice(0, bytes.length).equals(ByteBuffer.wrap(bytes));
    }

    private static byte[] withoutThumbnail(ByteBuffer jfif) {
        ByteBuffer segment = ByteBuffer.allocate(JFIF_LENGTH);
        segment.put((byte) 0xFF).put((byte) JFIF).putShort((short) (JFIF_LENGTH - 2));
        segment.put(jfif.slice(0, JFIF_LENGTH - 6));
        return segment.array();
    }

    private static void exif(Parts parts, ByteBuffer tiff) {
        int orientation = Orientation.read(tiff);
        if (orientation != Orientation.UPRIGHT) {
            byte[] kept = Orientation.write(orientation);
            ByteBuffer segment = ByteBuffer.allocate(10 + kept.length);
            segment.put((byte) 0xFF).put((byte) EXIF).putShort((short) (8 + kept.length));
            segment.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(kept);
            parts.add(segment.array());
        }
    }
}
