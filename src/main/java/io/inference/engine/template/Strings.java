package io.inference.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's ideas about strings where Java's differ. */
final class Strings {
    private Strings() {}

    /** {@code str.isspace} of one character. */
    static boolean isSpace(int c) {
        return (c >= 0x9 && c <= 0xD)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || (c >= 0x1680 && Character.isSpaceChar(c));
    }

    static boolean isBlank(String text) {
        return text.chars().allMatch(Strings::isSpace);
    }

    /** {@code strip}, {@code lstrip}, {@code rstrip}: of whitespace, or of any of {@code characters}. */
    static String strip(String text, @Nullable String characters, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && stripped(text.charAt(start), characters)) {
            start++;
        }
        while (right && end > start && stripped(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean stripped(char c, @Nullable String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** {@code split}: by whitespace where {@code separator} is null; {@code most} splits, or all if negative. */
    static List<Object> split(String text, @Nullable String separator, int most) {
        List<Object> parts = new ArrayList<>();
        int at = 0;
        if (separator == null) {
            String rest = strip(text, null, true, false);
            while (!rest.isEmpty()) {
                int end = 0;
                while (end < rest.length() && !isSpace(rest.charAt(end))) {
                    end++;
                }
                if (most >= 0 && parts.size() == most) {
                    parts.add(strip(rest, null, false, true));
                    return parts;
                }
                parts.add(rest.substring(0, end));
                rest = strip(rest.substring(end), null, true, false);
            }
            return parts;
        }
        if (separator.isEmpty()) {
            throw new Failure("empty separator");
        }
        for (int next = text.indexOf(separator); next >= 0 && (most < 0 || parts.size() < most); ) {
            parts.add(text.substring(at, next));
            at = next + separator.length();
            next = text.indexOf(separator, at);
        }
        parts.add(text.substring(at));
        return parts;
    }

    /** {@code rsplit} with a separator. */
    static List<Object> splitFromRight(String text, String separator, int most) {
        if (separator.isEmpty()) {
            throw new Failure("empty separator");
        }
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        while (most < 0 || parts.size() < most) {
            int found = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
            if (found < 0) {
                break;
            }
            parts.add(text.substring(found + separator.length(), end));
            end = found;
        }
        parts.add(text.substring(0, end));
        return new ArrayList<>(parts.reversed());
    }

    /** {@code replace} with a count; negative for all. */
    static String replace(String text, String old, String replacement, int count, Budget budget) {
        if (count < 0 && !old.isEmpty() && old.length() >= replacement.length()) {
            return text.replace(old, replacement);
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int done = 0; count < 0 || done < count; done++) {
            int found = text.indexOf(old, old.isEmpty() && done > 0 ? at + 1 : at);
            if (found < 0 || (old.isEmpty() && done > text.length())) {
                break;
            }
            out.append(text, at, found).append(replacement);
            budget.text(replacement.length());
            at = found + old.length();
        }
        return out.append(text, at, text.length()).toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        int titleCase = Character.toTitleCase(text.codePointAt(0));
        String start = titleCase != text.codePointAt(0)
                ? Character.toString(titleCase)
                : text.substring(0, first).toUpperCase(Locale.ROOT); // ß becomes Ss
        int head = start.offsetByCodePoints(0, 1);
        return start.substring(0, head) + (start.substring(head) + text.substring(first)).toLowerCase(Locale.ROOT);
    }

    /** Each run after one of {@code separators} (or, where it is null, after any non-letter) begins in upper case. */
    static String title(String text, @Nullable String separators) {
        StringBuilder out = new StringBuilder(text.length());
        boolean start = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(start ? Character.toTitleCase(c) : Character.toLowerCase(c));
            start = separators == null ? !Character.isLetter(c) : isSpace(c) || separators.indexOf(c) >= 0;
        }
        return out.toString();
    }

    /** The escapes of a string literal; an unknown one stays as it is written. */
    static String unescape(String literal) {
        StringBuilder out = new StringBuilder(literal.length());
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c != '\\' || i + 1 == literal.length()) {
                out.append(c);
                continue;
            }
            char escaped = literal.charAt(++i);
            int digits = escaped == 'x' ? 2 : escaped == 'u' ? 4 : escaped == 'U' ? 8 : 0;
            int codePoint = digits > 0 ? hex(literal, i + 1, digits) : -1;
            if (codePoint >= 0) {
                out.appendCodePoint(codePoint);
                i += digits;
                continue;
            }
            int simple = "ntr\\'\"bfva0".indexOf(escaped);
            if (simple >= 0) {
                out.append("\n\t\r\\'\"\b\f\u000B\u0007\0".charAt(simple));
            } else if (escaped != '\n') {
                out.append('\\').append(escaped);
            }
        }
        return out.toString();
    }

    private static int hex(String text, int start, int digits) {
        if (start + digits > text.length()) {
            return -1;
        }
        long value = 0;
        for (int i = start; i < start + digits; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value <= Character.MAX_CODE_POINT ? (int) value : -1;
    }
}
