package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Whitespace;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's operations on strings, each of which keeps the origin of characters. */
final class Strings {
    private Strings() {}

    /** {@code strip}, {@code lstrip}, {@code rstrip}: of whitespace, or of any of {@code characters}. */
    static Str strip(Str value, @Nullable Str characters, boolean left, boolean right) {
        String text = value.text();
        int start = 0;
        int end = text.length();
        while (left && start < end && isStripped(text.codePointAt(start), characters)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && isStripped(text.codePointBefore(end), characters)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return value.slice(start, end);
    }

    private static boolean isStripped(int c, @Nullable Str characters) {
        return characters == null ? Whitespace.isSpace(c) : characters.text().indexOf(c) >= 0;
    }

    /** {@code split}: at whitespace if {@code separator} is null; {@code most} splits, or all if negative. */
    static List<Object> split(Str value, @Nullable Str separator, long most) {
        if (separator == null) {
            return words(value, most);
        }
        String text = value.text();
        String by = notEmpty(separator);
        List<Object> parts = new ArrayList<>();
        int at = 0;
        for (int next = text.indexOf(by); next >= 0 && (most < 0 || parts.size() < most); ) {
            parts.add(value.slice(at, next));
            at = next + by.length();
            next = text.indexOf(by, at);
        }
        parts.add(value.slice(at, text.length()));
        return parts;
    }

    private static String notEmpty(Str separator) {
        if (separator.isEmpty()) {
            throw new Failure("empty separator");
        }
        return separator.text();
    }

    private static List<Object> words(Str value, long most) {
        String text = value.text();
        List<Object> parts = new ArrayList<>();
        int at = skip(text, 0, true);
        while (at < text.length()) {
            if (most >= 0 && parts.size() >= most) {
                parts.add(value.slice(at, text.length()));
                break;
            }
            int end = skip(text, at, false);
            parts.add(value.slice(at, end));
            at = skip(text, end, true);
        }
        return parts;
    }

    private static int skip(String text, int from, boolean spaces) {
        int at = from;
        while (at < text.length() && Whitespace.isSpace(text.charAt(at)) == spaces) {
            at++;
        }
        return at;
    }

    /** {@code rsplit}. */
    static List<Object> splitFromRight(Str value, @Nullable Str separator, long most) {
        String text = value.text();
        List<Object> parts = new ArrayList<>();
        if (separator == null) {
            int end = skipBack(text, text.length(), true);
            while (end > 0 && (most < 0 || parts.size() < most)) {
                int start = skipBack(text, end, false);
                parts.add(value.slice(start, end));
                end = skipBack(text, start, true);
            }
            if (end > 0) {
                parts.add(value.slice(0, end));
            }
            return new ArrayList<>(parts.reversed());
        }
        String by = notEmpty(separator);
        int end = text.length();
        while (most < 0 || parts.size() < most) {
            int found = end < by.length() ? -1 : text.lastIndexOf(by, end - by.length());
            if (found < 0) {
                break;
            }
            parts.add(value.slice(found + by.length(), end));
            end = found;
        }
        parts.add(value.slice(0, end));
        return new ArrayList<>(parts.reversed());
    }

    private static int skipBack(String text, int from, boolean spaces) {
        int at = from;
        while (at > 0 && Whitespace.isSpace(text.charAt(at - 1)) == spaces) {
            at--;
        }
        return at;
    }

    /** {@code splitlines}. */
    static List<Object> lines(Str value, boolean keepEnds) {
        String text = value.text();
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (Whitespace.endsLine(text.charAt(i))) {
                int end = i;
                if (text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                lines.add(value.slice(start, keepEnds ? i + 1 : end));
                start = i + 1;
            }
        }
        if (start < text.length()) {
            lines.add(value.slice(start, text.length()));
        }
        return lines;
    }

    /** {@code partition}, or {@code rpartition}. */
    static Tuple partition(Str value, Str separator, boolean last) {
        String by = notEmpty(separator);
        int at = last ? value.text().lastIndexOf(by) : value.text().indexOf(by);
        if (at < 0) {
            return last ? Tuple.of(Str.EMPTY, Str.EMPTY, value) : Tuple.of(value, Str.EMPTY, Str.EMPTY);
        }
        return Tuple.of(value.slice(0, at), separator, value.slice(at + by.length(), value.length()));
    }

    /** {@code replace} with a count; negative for all. */
    static Str replace(Str value, Str old, Str replacement, long count, Budget budget) {
        if (count == 0 || (old.isEmpty() && replacement.isEmpty())) {
            return value;
        }
        return old.isEmpty()
                ? interleaved(value, replacement, count, budget)
                : replaced(value, old.text(), replacement, count, budget);
    }

    private static Str replaced(Str value, String old, Str replacement, long count, Budget budget) {
        String text = value.text();
        StrBuilder out = new StrBuilder(budget);
        int at = 0;
        long left = count;
        for (int found = text.indexOf(old); found >= 0 && left != 0; found = text.indexOf(old, at)) {
            out.append(value, at, found).append(replacement);
            at = found + old.length();
            left--;
        }
        return at == 0 && out.length() == 0
                ? value
                : out.append(value, at, text.length()).build();
    }

    private static Str interleaved(Str value, Str replacement, long count, Budget budget) {
        StrBuilder out = new StrBuilder(budget);
        List<Object> characters = value.characters();
        for (int i = 0; i <= characters.size(); i++) {
            if (count < 0 || i < count) {
                out.append(replacement);
            }
            if (i < characters.size()) {
                out.append((Str) characters.get(i));
            }
        }
        return out.build();
    }

    static Str join(List<Object> texts, Str separator, Budget budget) {
        StrBuilder out = new StrBuilder(budget);
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                out.append(separator);
            }
            out.append((Str) texts.get(i));
        }
        return out.build();
    }

    /** {@code center}, {@code ljust} and {@code rjust}, by the share of the padding that goes to the left. */
    static Str pad(Str value, long width, Str fill, String method, Budget budget) {
        if (fill.codePoints() != 1) {
            throw new Failure("the fill character must be exactly one character long");
        }
        int length = value.codePoints();
        if (width <= length) {
            return value;
        }
        budget.text(width, width);
        int missing = (int) (width - length);
        int left = switch (method) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & (int) width & 1);
        };
        StrBuilder out = new StrBuilder(budget);
        for (int i = 0; i < missing; i++) {
            if (i == left) {
                out.append(value);
            }
            out.append(fill);
        }
        return left == missing ? out.append(value).build() : out.build();
    }

    static Str zfill(Str value, long width, Budget budget) {
        int sign = value.text().startsWith("-") || value.text().startsWith("+") ? 1 : 0;
        int missing = (int) Math.clamp(width - value.codePoints(), 0, Integer.MAX_VALUE);
        budget.text(missing, missing);
        return new StrBuilder(budget)
                .append(value, 0, sign)
                .append("0".repeat(missing))
                .append(value, sign, value.length())
                .build();
    }

    static Str expandTabs(Str value, long size, Budget budget) {
        int tab = (int) Math.clamp(size, 0, 1000);
        StrBuilder out = new StrBuilder(budget);
        int column = 0;
        for (Object character : value.characters()) {
            Str c = (Str) character;
            if (c.text().equals("\t")) {
                int spaces = tab == 0 ? 0 : tab - column % tab;
                out.append(" ".repeat(spaces), c, 0, 1);
                column += spaces;
            } else {
                out.append(c);
                column = c.text().equals("\n") || c.text().equals("\r") ? 0 : column + 1;
            }
        }
        return out.build();
    }

    static Str upper(Str value) {
        return value.map(it -> it.toUpperCase(Locale.ROOT));
    }

    static Str lower(Str value) {
        return value.map(it -> it.toLowerCase(Locale.ROOT));
    }

    static Str capitalize(Str value) {
        return value.map(text -> {
            if (text.isEmpty()) {
                return text;
            }
            int first = Character.charCount(text.codePointAt(0));
            return titled(text.codePointAt(0)) + lowerFrom(text, first);
        });
    }

    /** The rest in lower case, as part of the whole: a sigma at the end of a word has a form of its own. */
    private static String lowerFrom(String text, int from) {
        String head = text.substring(0, from).toLowerCase(Locale.ROOT);
        return text.toLowerCase(Locale.ROOT).substring(head.length());
    }

    private static String titled(int codePoint) {
        int title = Character.toTitleCase(codePoint);
        if (title != codePoint) {
            return Character.toString(title);
        }
        String upper = Character.toString(codePoint).toUpperCase(Locale.ROOT);
        int head = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, head) + upper.substring(head).toLowerCase(Locale.ROOT); // ß becomes Ss
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** {@code str.title}: a letter behind no letter begins a word. */
    static Str title(Str value) {
        return value.map(text -> {
            String lower = text.toLowerCase(Locale.ROOT);
            StringBuilder out = new StringBuilder(text.length());
            boolean inside = false;
            for (int at = 0; at < text.length(); ) {
                int c = text.codePointAt(at);
                int end = at + Character.charCount(c);
                boolean aligned = lower.length() == text.length();
                String small = aligned
                        ? lower.substring(at, end)
                        : Character.toString(c).toLowerCase(Locale.ROOT);
                out.append(inside ? small : titled(c));
                inside = isCased(c);
                at = end;
            }
            return out.toString();
        });
    }

    static Str swapCase(Str value) {
        return value.map(text -> {
            StringBuilder out = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                String character = Character.toString(c);
                out.append(
                        Character.isUpperCase(c)
                                ? character.toLowerCase(Locale.ROOT)
                                : Character.isLowerCase(c) ? character.toUpperCase(Locale.ROOT) : character);
            });
            return out.toString();
        });
    }
}
