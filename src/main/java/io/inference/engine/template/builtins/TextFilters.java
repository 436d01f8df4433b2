package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Escapes;
import io.inference.engine.template.operators.PercentFormat;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.operators.Whitespace;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The filters that return texts. */
final class TextFilters {
    private static final String UNQUOTED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-~";

    private final Budget budget;

    TextFilters(Budget budget) {
        this.budget = budget;
    }

    /** The result, or null for another kind of filter. */
    @Nullable
    Object apply(String name, Object value, Args args) {
        return switch (name) {
            case "upper" -> Strings.upper(text(value, args));
            case "lower" -> Strings.lower(text(value, args));
            case "capitalize" -> Strings.capitalize(text(value, args));
            case "title" -> title(text(value, args));
            case "safe" -> text(value, args).asSafe();
            case "escape", "e" -> Escapes.html(text(value, args), budget);
            case "forceescape" -> Escapes.forced(text(value, args), budget);
            case "wordcount" -> wordCount(text(value, args).text());
            case "trim" -> Strings.strip(text(value), args.bind("chars").optionalString(0), true, true);
            case "center" -> Strings.pad(text(value), args.bind("width").integer(0, 80), Str.of(" "), "center", budget);
            case "replace" -> replace(text(value), args.bind("old", "new", "count"));
            case "format" -> format(text(value), args);
            case "indent" -> indent(value, args.bind("width", "first", "blank"));
            case "truncate" -> truncate(value, args.bind("length", "killwords", "end", "leeway"));
            case "wordwrap" -> wrap(value, args);
            case "urlencode" -> {
                args.bind();
                yield urlEncoded(value);
            }
            default -> null;
        };
    }

    private Str text(Object value) {
        return Repr.text(value, budget);
    }

    private Str text(Object value, Args none) {
        none.bind();
        return text(value);
    }

    /** A text, or the error that Python's operations on texts raise for other values. */
    private static Str string(Object value) {
        return switch (value) {
            case Str text -> text;
            case Undefined undefined -> throw undefined.used();
            default -> throw new Failure("a string expected, not " + Values.typeName(value));
        };
    }

    private static Str title(Str value) {
        return value.asUnsafe().map(text -> {
            StringBuilder out = new StringBuilder(text.length());
            int at = 0;
            while (at < text.length()) {
                boolean separator = isSeparator(text.charAt(at));
                int end = at + Character.charCount(text.codePointAt(at));
                out.append(text.substring(at, end).toUpperCase(Locale.ROOT));
                int start = end;
                while (end < text.length() && isSeparator(text.charAt(end)) == separator) {
                    end++;
                }
                out.append(text.substring(start, end).toLowerCase(Locale.ROOT));
                at = end;
            }
            return out.toString();
        });
    }

    private static boolean isSeparator(char c) {
        return Whitespace.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }

    private static long wordCount(String text) {
        long words = 0;
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            boolean word = isWord(c);
            words += word && !inside ? 1 : 0;
            inside = word;
        }
        return words;
    }

    private static boolean isWord(int c) {
        return switch (Character.getType(c)) {
            case Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> c == '_' || Character.isLetterOrDigit(c);
        };
    }

    private Str replace(Str text, Args.Bound given) {
        return Strings.replace(
                        text.asUnsafe(),
                        text(given.required(0)),
                        text(given.required(1)),
                        given.optionalInteger(2).orElse(-1),
                        budget)
                .asUnsafe();
    }

    private Object format(Str text, Args args) {
        if (args.named().isEmpty()) {
            return PercentFormat.format(text, new Tuple(args.positional()), budget);
        }
        if (!args.positional().isEmpty()) {
            throw new Failure("can't handle positional and keyword arguments at the same time");
        }
        Dict named = new Dict();
        args.named().forEach((name, value) -> named.put(Str.of(name), value));
        return PercentFormat.format(text, named, budget);
    }

    private Str indent(Object value, Args.Bound given) {
        Str text = string(value);
        Str indention = given.get(0, 4L) instanceof Str own ? own : spaces(given.integer(0, 4));
        boolean first = Values.truthy(given.get(1, false));
        boolean blank = Values.truthy(given.get(2, false));
        Str escaped = text.isSafe() ? Escapes.html(indention, budget) : indention;
        List<Object> lines = Strings.lines(text.concat(Str.of("\n"), budget), false);
        StrBuilder out = new StrBuilder(budget);
        for (int i = 0; i < lines.size(); i++) {
            Str line = (Str) lines.get(i);
            out.append(i == 0 ? "" : "\n");
            if (i == 0 ? first : blank || !line.isEmpty()) {
                out.append(escaped);
            }
            out.append(line);
        }
        return text.isSafe() ? out.build().asSafe() : out.build();
    }

    private Str spaces(long width) {
        int count = (int) Math.clamp(width, 0, Integer.MAX_VALUE);
        budget.text(count, count);
        return Str.of(" ".repeat(count));
    }

    private Object truncate(Object value, Args.Bound given) {
        long length = given.integer(0, 255);
        Str end = given.string(2, Str.of("..."));
        long leeway = given.optionalInteger(3).orElse(5);
        if (length < end.codePoints() || leeway < 0) {
            throw new Failure("expected length >= %d and leeway >= 0".formatted(end.codePoints()));
        }
        if (Values.length(value) <= length + leeway) {
            return value;
        }
        Str text = string(value);
        if (text.isSafe()) {
            throw Failure.unsupported("truncating a text that is marked safe");
        }
        Str kept = text.sliceCodePoints(0, (int) length - end.codePoints());
        if (!Values.truthy(given.get(1, false))) {
            kept = (Str) Strings.splitFromRight(kept, Str.of(" "), 1).getFirst();
        }
        return kept.concat(end, budget);
    }

    private Str wrap(Object value, Args args) {
        Args.Bound given = args.bind("width", "break_long_words", "wrapstring", "break_on_hyphens");
        TextWrap wrap = new TextWrap(
                given.integer(0, 79), Values.truthy(given.get(1, true)), Values.truthy(given.get(3, true)), budget);
        Str newline = given.hasValue(2) ? given.string(2) : Str.of("\n");
        List<Object> lines = new ArrayList<>();
        for (Object line : Strings.lines(string(value).asUnsafe(), false)) {
            budget.use(line);
            lines.add(Strings.join(wrap.wrap((Str) line), newline, budget));
        }
        return Strings.join(lines, newline, budget);
    }

    private Str urlEncoded(Object value) {
        boolean pairs = value instanceof Dict || !(value instanceof Str) && Values.isIterable(value);
        StrBuilder out = new StrBuilder(budget);
        if (!pairs) {
            quote(text(value), "/", out);
            return out.build();
        }
        Iterator<Object> items = value instanceof Dict dict ? dict.items().iterator() : Values.iterator(value, budget);
        String separator = "";
        while (items.hasNext()) {
            List<Object> pair = Values.list(items.next(), budget);
            if (pair.size() != 2) {
                throw new Failure("urlencode: pairs of a key and a value expected");
            }
            out.append(separator);
            quote(text(pair.get(0)), " ", out);
            out.append("=");
            quote(text(pair.get(1)), " ", out);
            separator = "&";
        }
        return out.build();
    }

    /** @param safe the character that is not escaped: a slash in a path; a space, which becomes +, in a query */
    private static void quote(Str text, String safe, StrBuilder out) {
        for (Object character : text.characters()) {
            Str c = (Str) character;
            if (UNQUOTED.contains(c.text()) || c.text().equals("/") && safe.equals("/")) {
                out.append(c);
            } else if (c.text().equals(safe)) {
                out.append("+", c, 0, 1);
            } else {
                for (byte b : c.text().getBytes(StandardCharsets.UTF_8)) {
                    out.append("%%%02X".formatted(b), c, 0, c.length());
                }
            }
        }
    }
}
