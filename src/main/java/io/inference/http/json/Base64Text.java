package io.inference.http.json;

/** Checks base64 without decoding it: pictures are passed on unchanged. */
public final class Base64Text {
    private Base64Text() {}

    /** Whether the text is base64 of at least one byte, in the standard alphabet and with its padding. */
    public static boolean isValid(String text) {
        int length = text.length();
        if (length == 0 || length % 4 != 0) {
            return false;
        }
        int end = text.endsWith("==") ? length - 2 : text.endsWith("=") ? length - 1 : length;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean known =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/';
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** The type of a picture, detected from the first bytes of its file. */
    public static String imageType(String base64) {
        if (base64.startsWith("iVBORw0KGgo")) {
            return "image/png";
        }
        if (base64.startsWith("/9j/")) {
            return "image/jpeg";
        }
        if (base64.startsWith("R0lGOD")) {
            return "image/gif";
        }
        return base64.startsWith("UklGR") ? "image/webp" : "application/octet-stream";
    }
}
