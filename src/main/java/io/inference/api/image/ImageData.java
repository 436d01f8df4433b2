package io.inference.api.image;

/**
 * A picture in memory.
 *
 * @param mediaType such as {@code image/png}; what a backend sent may be of another type until the store has checked it
 * @param bytes never changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and too large to copy.
public record ImageData(String mediaType, byte[] bytes) {
    /** The type of what is no picture as far as its first bytes show. */
    public static final String UNKNOWN_TYPE = "application/octet-stream";

    /** How many bytes of a picture show its type. */
    public static final int START = 12;

    /** A picture of the type that its first bytes show: PNG, JPEG, WebP or GIF, else {@value #UNKNOWN_TYPE}. */
    public static ImageData of(byte[] bytes) {
        return new ImageData(mediaType(bytes), bytes);
    }

    private static String mediaType(byte[] bytes) {
        if (begins(bytes, 0, "\u0089PNG\r\n\u001a\n")) {
            return "image/png";
        }
        if (begins(bytes, 0, "\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        }
        if (begins(bytes, 0, "RIFF") && begins(bytes, 8, "WEBP")) {
            return "image/webp";
        }
        return begins(bytes, 0, "GIF8") ? "image/gif" : UNKNOWN_TYPE;
    }

    private static boolean begins(byte[] bytes, int from, String start) {
        if (bytes.length < from + start.length()) {
            return false;
        }
        for (int i = 0; i < start.length(); i++) {
            if ((bytes[from + i] & 0xff) != start.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
