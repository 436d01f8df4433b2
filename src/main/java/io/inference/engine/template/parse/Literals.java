package io.inference.engine.template.parse;

import io.inference.engine.template.value.Failure;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Set;

/** Python's literals, as Jinja reads them. */
final class Literals {
    private static final String SIMPLE = "ntr\\'\"bfva";
    private static final String SIMPLE_VALUES = "\n\t\r\\'\"\b\f\u000B\u0007";

    private Literals() {}

    /** The escapes of a string literal; an unknown one stays unchanged. */
    static String unescape(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            if (literal.charAt(at) != '\\' || at + 1 == literal.length()) {
                out.append(literal.charAt(at++));
            } else {
                at = escape(literal, at + 1, out, line);
            }
        }
        return out.toString();
    }

    /** Writes the character of the escape at {@code at}; returns the end of the escape. */
    private static int escape(String literal, int at, StringBuilder out, int line) {
        char escaped = literal.charAt(at);
        int digits = escaped == 'x' ? 2 : escaped == 'u' ? 4 : escaped == 'U' ? 8 : 0;
        if (digits > 0) {
            out.appendCodePoint(hex(literal, at + 1, digits, line));
            return at + 1 + digits;
        }
        if (escaped >= '0' && escaped <= '7') {
            int end = at;
            while (end < Math.min(at + 3, literal.length())
                    && literal.charAt(end) >= '0'
                    && literal.charAt(end) <= '7') {
                end++;
            }
            out.append((char) Integer.parseInt(literal, at, end, 8));
            return end;
        }
        int simple = SIMPLE.indexOf(escaped);
        if (simple >= 0) {
            out.append(SIMPLE_VALUES.charAt(simple));
        } else if (escaped == 'N') {
            throw new Failure(Failure.Kind.UNSUPPORTED, line, "the escape \\N in a string is not supported");
        } else if (escaped > 0x7F) {
            return spelledOut(literal, at, out);
        } else if (escaped != '\n') {
            out.append('\\').append(escaped);
        }
        return at + 1;
    }

    /**
     * Jinja replaces non-ASCII characters by escapes first, so that a backslash before one and the escape's own
     * backslash are read as one backslash.
     */
    private static int spelledOut(String literal, int at, StringBuilder out) {
        int c = literal.codePointAt(at);
        String spelled = c < 0x100 ? "x%02x".formatted(c) : c < 0x10000 ? "u%04x".formatted(c) : "U%08x".formatted(c);
        out.append('\\').append(spelled);
        return at + Character.charCount(c);
    }

    private static int hex(String text, int start, int digits, int line) {
        int value = 0;
        for (int i = start; i < start + digits; i++) {
            int digit = i < text.length() ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0 || value > Character.MAX_CODE_POINT >> 4) {
                throw Failure.at(line, "a string has an incomplete or too large escape");
            }
            value = value * 16 + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw Failure.at(line, "a string has an incomplete or too large escape");
        }
        return value;
    }

    static Long integer(String text, int line) {
        String digits = text.replace("_", "").toLowerCase(Locale.ROOT);
        String prefix = digits.length() > 2 ? digits.substring(0, 2) : "";
        int radix = Set.of("0x", "0o", "0b").contains(prefix)
                ? (prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : 2)
                : 10;
        BigInteger value = new BigInteger(radix == 10 ? digits : digits.substring(2), radix);
        if (value.bitLength() >= Long.SIZE) {
            throw new Failure(
                    Failure.Kind.UNSUPPORTED, line, "the number " + text + " beyond 64 bits is not supported");
        }
        return value.longValue();
    }
}
