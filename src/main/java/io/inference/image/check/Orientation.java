package io.inference.image.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a picture is to be turned before it is shown, as the tag of Exif says it (TIFF 6.0, tag 274). Of all of Exif, it
 * alone is kept.
 */
final class Orientation {
    /** The rows of the file are those of the picture. */
    static final int UPRIGHT = 1;

    private static final int LAST = 8;
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int LITTLE = 0x4949;
    private static final int BIG = 0x4D4D;
    private static final int MAGIC = 42;
    private static final int HEAD = 8;
    private static final int ENTRY = 12;
    private static final int VALUE = 8;

    private Orientation() {}

    /** Reads Exif's TIFF structure; upright if it does not say, or cannot be read. */
    static int read(ByteBuffer exif) {
        ByteBuffer tiff = exif.slice();
        if (tiff.limit() < HEAD) {
            return UPRIGHT;
        }
        int order = tiff.getShort(0) & 0xFFFF;
        if (order != LITTLE && order != BIG) {
            return UPRIGHT;
        }
        tiff.order(order == LITTLE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        if (tiff.getShort(2) != MAGIC || directory < HEAD || directory > tiff.limit() - 2) {
            return UPRIGHT;
        }
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int at = directory + 2 + i * ENTRY;
            if (at > tiff.limit() - ENTRY) {
                return UPRIGHT;
            }
            if ((tiff.getShort(at) & 0xFFFF) == TAG) {
                int value = tiff.getShort(at + VALUE) & 0xFFFF;
                return tiff.getShort(at + 2) == SHORT && value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /** A TIFF structure with this tag alone. */
    static byte[] write(int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(HEAD + 2 + ENTRY + 4);
        tiff.putShort((short) BIG).putShort((short) MAGIC).putInt(HEAD);
        tiff.putShort((short) 1);
        tiff.putShort((short) TAG).putShort((short) SHORT).putInt(1).putShort((short) orientation);
        return tiff.array();
    }
}
