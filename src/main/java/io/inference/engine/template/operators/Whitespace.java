package io.inference.engine.template.operators;

/** Python's idea of whitespace. */
public final class Whitespace {
    private Whitespace() {}

    /** {@code str.isspace} of one character. */
    public static boolean isSpace(int c) {
        return (c >= 0x9 && c <= 0xD)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || (c >= 0x1680 && Character.isSpaceChar(c));
    }

    public static boolean isBlank(String text) {
        return text.chars().allMatch(Whitespace::isSpace);
    }

    /** {@code rstrip} of whitespace. */
    public static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Whether {@code str.splitlines} ends a line there. */
    public static boolean endsLine(char c) {
        return c == '\n'
                || c == '\r'
                || c == 0xB
                || c == '\f'
                || (c >= 0x1C && c <= 0x1E)
                || c == 0x85
                || c == 0x2028
                || c == 0x2029;
    }
}
