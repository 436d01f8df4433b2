package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.operators.Whitespace;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's str. */
final class StringMethods {
    private final Budget budget;
    private final BraceFormat braces;

    StringMethods(Budget budget, BraceFormat braces) {
        this.budget = budget;
        this.braces = braces;
    }

    /** The method of a text, or null if it has none of that name. */
    @Nullable
    Callable of(Str text, String name) {
        Callable method = changing(text, name);
        method = method != null ? method : dividing(text, name);
        method = method != null ? method : searching(text, name);
        method = method != null ? method : asking(text.text(), name);
        if (method == null || !text.isSafe()) {
            return method;
        }
        return onSafe(name, method);
    }

    /** Methods of a text marked safe return safe texts, and escape their arguments. */
    private static Callable onSafe(String name, Callable method) {
        return switch (name) {
            case "format", "format_map", "join", "replace", "center", "ljust", "rjust" ->
                args -> {
                    throw Failure.unsupported("the method '" + name + "' of a text that is marked safe");
                };
            default -> args -> safe(method.call(args));
        };
    }

    private static Object safe(Object value) {
        return switch (value) {
            case Str text -> text.asSafe();
            case Tuple tuple ->
                new Tuple(tuple.elements().stream().map(StringMethods::safe).toList());
            case List<?> list -> list.stream().map(StringMethods::safe).toList();
            default -> value;
        };
    }

    private @Nullable Callable changing(Str text, String name) {
        return switch (name) {
            case "strip" -> args -> strip(text, args, true, true);
            case "lstrip" -> args -> strip(text, args, true, false);
            case "rstrip" -> args -> strip(text, args, false, true);
            case "upper" -> args -> none(args, Strings.upper(text));
            case "lower" -> args -> none(args, Strings.lower(text));
            case "title" -> args -> none(args, Strings.title(text));
            case "capitalize" -> args -> none(args, Strings.capitalize(text));
            case "swapcase" -> args -> none(args, Strings.swapCase(text));
            case "casefold" -> args -> none(args, caseFolded(text));
            case "replace" -> args -> replace(text, args);
            case "join" -> args -> join(text, args);
            case "format" -> args -> braces.format(text, args);
            case "format_map" ->
                args -> braces.formatMap(text, args.bindPositional("mapping").required(0));
            case "center", "ljust", "rjust" ->
                args -> {
                    Args.Bound given = args.bindPositional("width", "fillchar");
                    return Strings.pad(text, given.integer(0), given.string(1, Str.of(" ")), name, budget);
                };
            case "zfill" ->
                args -> Strings.zfill(text, args.bindPositional("width").integer(0), budget);
            case "expandtabs" ->
                args -> Strings.expandTabs(text, args.bind("tabsize").integer(0, 8), budget);
            case "removeprefix" ->
                args -> {
                    Str prefix = args.bindPositional("prefix").string(0);
                    return text.text().startsWith(prefix.text()) ? text.slice(prefix.length(), text.length()) : text;
                };
            case "removesuffix" ->
                args -> {
                    Str suffix = args.bindPositional("suffix").string(0);
                    return text.text().endsWith(suffix.text()) && !suffix.isEmpty()
                            ? text.slice(0, text.length() - suffix.length())
                            : text;
                };
            default -> null;
        };
    }

    private static Object none(Args args, Object result) {
        args.bindPositional();
        return result;
    }

    private static Str strip(Str text, Args args, boolean left, boolean right) {
        return Strings.strip(text, args.bindPositional("chars").optionalString(0), left, right);
    }

    private static Str caseFolded(Str text) {
        if (text.text().chars().anyMatch(c -> c > 0x7F)) {
            throw Failure.unsupported("casefold of letters beyond ASCII");
        }
        return Strings.lower(text);
    }

    private Str replace(Str text, Args args) {
        Args.Bound given = args.bindPositional("old", "new", "count");
        return Strings.replace(text, given.string(0), given.string(1), given.integer(2, -1), budget);
    }

    private Str join(Str separator, Args args) {
        List<Object> texts = Values.list(args.bindPositional("iterable").required(0), budget);
        for (Object text : texts) {
            if (!(text instanceof Str)) {
                throw new Failure("join: a string expected, not " + Values.typeName(text));
            }
        }
        return Strings.join(texts, separator, budget);
    }

    private @Nullable Callable dividing(Str text, String name) {
        return switch (name) {
            case "split" ->
                args -> {
                    Args.Bound given = args.bind("sep", "maxsplit");
                    return counted(Strings.split(text, given.optionalString(0), given.integer(1, -1)));
                };
            case "rsplit" ->
                args -> {
                    Args.Bound given = args.bind("sep", "maxsplit");
                    return counted(Strings.splitFromRight(text, given.optionalString(0), given.integer(1, -1)));
                };
            case "splitlines" ->
                args -> counted(Strings.lines(text, args.bind("keepends").integer(0, 0) != 0));
            case "partition" ->
                args -> Strings.partition(text, args.bindPositional("sep").string(0), false);
            case "rpartition" ->
                args -> Strings.partition(text, args.bindPositional("sep").string(0), true);
            default -> null;
        };
    }

    private Object counted(List<Object> made) {
        budget.work(made.size());
        return made;
    }

    private @Nullable Callable searching(Str text, String name) {
        return switch (name) {
            case "find", "index" -> args -> found(text, args, false, name.equals("index"));
            case "rfind", "rindex" -> args -> found(text, args, true, name.equals("rindex"));
            case "count" -> args -> count(text, args);
            case "startswith" -> args -> matches(text, args, String::startsWith);
            case "endswith" -> args -> matches(text, args, String::endsWith);
            default -> null;
        };
    }

    /** The part of a text between the arguments {@code start} and {@code end}, or null if the range is invalid. */
    private static @Nullable Str part(Str text, Args.Bound given) {
        long size = text.codePoints();
        long start = clamped(given.optionalInteger(1), 0, size);
        long end = Math.min(clamped(given.optionalInteger(2), size, size), size);
        return start > end ? null : text.sliceCodePoints((int) start, (int) end);
    }

    private static long clamped(OptionalLong index, long otherwise, long size) {
        long given = index.orElse(otherwise);
        return given < 0 ? Math.max(0, given + size) : given;
    }

    private static Object found(Str text, Args args, boolean last, boolean must) {
        Args.Bound given = args.bindPositional("sub", "start", "end");
        String sub = given.string(0).text();
        Str part = part(text, given);
        int at = part == null
                ? -1
                : last ? part.text().lastIndexOf(sub) : part.text().indexOf(sub);
        if (at >= 0 && part != null) {
            return clamped(given.optionalInteger(1), 0, text.codePoints()) + part.codePointsBefore(at);
        }
        if (must) {
            throw new Failure("substring not found");
        }
        return -1L;
    }

    private static Object count(Str text, Args args) {
        Args.Bound given = args.bindPositional("sub", "start", "end");
        Str sub = given.string(0);
        Str part = part(text, given);
        if (part == null) {
            return 0L;
        }
        return sub.isEmpty()
                ? part.codePoints() + 1L
                : Strings.split(part, sub, -1).size() - 1L;
    }

    private static Object matches(Str text, Args args, BiPredicate<String, String> test) {
        Args.Bound given = args.bindPositional("prefix", "start", "end");
        Object wanted = given.required(0);
        Str part = part(text, given);
        List<?> candidates = wanted instanceof Tuple tuple ? tuple.elements() : List.of(wanted);
        boolean any = false;
        for (Object candidate : candidates) {
            if (candidate instanceof Undefined undefined) {
                throw undefined.used();
            }
            if (!(candidate instanceof Str affix)) {
                throw new Failure("a string or a tuple of strings expected, not " + Values.typeName(candidate));
            }
            any |= part != null && test.test(part.text(), affix.text());
        }
        return any;
    }

    private static @Nullable Callable asking(String text, String name) {
        return switch (name) {
            case "isdigit" -> args -> none(args, all(text, StringMethods::isDigit));
            case "isdecimal" -> args -> none(args, all(text, Character::isDigit));
            case "isnumeric" -> args -> none(args, all(text, StringMethods::isNumeric));
            case "isalpha" -> args -> none(args, all(text, Character::isLetter));
            case "isalnum" -> args -> none(args, all(text, c -> Character.isLetter(c) || isNumeric(c)));
            case "isspace" -> args -> none(args, all(text, Whitespace::isSpace));
            case "isascii" -> args -> none(args, text.chars().allMatch(c -> c < 0x80));
            case "isprintable" -> args -> none(args, text.codePoints().allMatch(Repr::isPrintable));
            case "isidentifier" -> args -> none(args, isIdentifier(text));
            case "isupper" -> args -> none(args, isUpper(text));
            case "islower" -> args -> none(args, isLower(text));
            case "istitle" -> args -> none(args, isTitle(text));
            case "encode", "translate", "maketrans" ->
                args -> {
                    throw Failure.unsupported("the method '" + name + "' of a string");
                };
            default -> null;
        };
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    private static boolean isDigit(int c) {
        return Character.isDigit(c)
                || "²³¹".indexOf(c) >= 0
                || (c >= 0x2070 && c <= 0x2089 && Character.getType(c) == Character.OTHER_NUMBER)
                || (c >= 0x2460 && c <= 0x2468)
                || (c >= 0x2474 && c <= 0x247C);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER
                || Character.isIdeographic(c) && "一二三四五六七八九十百千万億兆零〇".indexOf(c) >= 0;
    }

    private static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        return (first == '_' || Character.isUnicodeIdentifierStart(first))
                && text.codePoints()
                        .allMatch(c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static boolean isTitle(String text) {
        boolean inside = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (upper == inside && Strings.isCased(c)) {
                return false;
            }
            inside = Strings.isCased(c);
            any |= inside;
        }
        return any;
    }
}
