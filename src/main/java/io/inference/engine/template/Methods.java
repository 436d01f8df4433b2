package io.inference.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's dict, str and list that change nothing. */
final class Methods {
    private Methods() {}

    static Optional<Object> ofMap(Map<?, ?> map, String name, Budget budget) {
        Callable method = switch (name) {
            case "items" ->
                args -> {
                    budget.work(map.size());
                    List<Object> pairs = new ArrayList<>();
                    map.forEach((key, value) -> pairs.add(List.of(key, value)));
                    return pairs;
                };
            case "keys" -> args -> Values.iterate(map, budget);
            case "values" ->
                args -> {
                    budget.work(map.size());
                    return new ArrayList<Object>(map.values());
                };
            case "get" ->
                args -> {
                    Object value = map.get(args.required(0, "key"));
                    return value == null ? args.get(1, "default", None.NONE) : value;
                };
            case "copy" -> args -> map;
            default -> null;
        };
        return Optional.ofNullable(method);
    }

    static Optional<Object> of(Object target, String name, Budget budget) {
        budget.use(target);
        Callable method = switch (target) {
            case String text -> ofString(text, name, budget);
            case List<?> list -> ofList(list, name, budget);
            default -> null;
        };
        return Optional.ofNullable(method);
    }

    private static @Nullable Callable ofList(List<?> list, String name, Budget budget) {
        return switch (name) {
            case "count" ->
                args -> list.stream()
                        .filter(it -> Values.equal(it, args.required(0, "value"), budget))
                        .count();
            case "index" ->
                args -> {
                    for (int i = 0; i < list.size(); i++) {
                        if (Values.equal(list.get(i), args.required(0, "value"), budget)) {
                            return (long) i;
                        }
                    }
                    throw new Failure("the value is not in the list");
                };
            case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse" ->
                throw new Failure("a template may not change a list");
            default -> null;
        };
    }

    private static @Nullable Callable ofString(String text, String name, Budget budget) {
        return switch (name) {
            case "strip" -> args -> Strings.strip(text, characters(args), true, true);
            case "lstrip" -> args -> Strings.strip(text, characters(args), true, false);
            case "rstrip" -> args -> Strings.strip(text, characters(args), false, true);
            case "upper" -> args -> text.toUpperCase(Locale.ROOT);
            case "lower" -> args -> text.toLowerCase(Locale.ROOT);
            case "title" -> args -> Strings.title(text, null);
            case "capitalize" -> args -> Strings.capitalize(text);
            case "startswith" -> args -> any(args, text::startsWith);
            case "endswith" -> args -> any(args, text::endsWith);
            case "split" -> args -> work(Strings.split(text, separator(args), args.integer(1, "maxsplit", -1)), budget);
            case "rsplit" ->
                args -> work(
                        Strings.splitFromRight(text, args.string(0, "sep"), args.integer(1, "maxsplit", -1)), budget);
            case "splitlines" ->
                args -> {
                    List<Object> lines = Strings.split(text.replace("\r\n", "\n"), "\n", -1);
                    return work(lines.getLast().equals("") ? lines.subList(0, lines.size() - 1) : lines, budget);
                };
            case "replace" ->
                args -> Strings.replace(
                        text, args.string(0, "old"), args.string(1, "new"), args.integer(2, "count", -1), budget);
            case "join" -> args -> Filters.joined(args.required(0, "iterable"), text, budget);
            case "find" -> args -> (long) text.indexOf(args.string(0, "sub"));
            case "rfind" -> args -> (long) text.lastIndexOf(args.string(0, "sub"));
            case "count" ->
                args -> Strings.split(text, args.string(0, "sub"), -1).size() - 1L;
            case "removeprefix" ->
                args -> text.startsWith(args.string(0, "prefix"))
                        ? text.substring(args.string(0, "prefix").length())
                        : text;
            case "removesuffix" ->
                args -> text.endsWith(args.string(0, "suffix"))
                        ? text.substring(
                                0, text.length() - args.string(0, "suffix").length())
                        : text;
            case "format" -> args -> Formats.braces(text, args, budget);
            case "isdigit", "isdecimal", "isnumeric" -> args -> all(text, Character::isDigit);
            case "isalpha" -> args -> all(text, Character::isLetter);
            case "isalnum" -> args -> all(text, Character::isLetterOrDigit);
            case "isspace" -> args -> all(text, Strings::isSpace);
            case "isupper" ->
                args -> !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(text.toUpperCase(Locale.ROOT));
            case "islower" ->
                args -> !text.equals(text.toUpperCase(Locale.ROOT)) && text.equals(text.toLowerCase(Locale.ROOT));
            default -> null;
        };
    }

    private static Object work(List<Object> made, Budget budget) {
        budget.work(made.size());
        return made;
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    private static @Nullable String characters(Callable.Args args) {
        return args.given(0, "chars") instanceof String characters ? characters : null;
    }

    private static @Nullable String separator(Callable.Args args) {
        return args.given(0, "sep") instanceof String separator ? separator : null;
    }

    private static boolean any(Callable.Args args, Predicate<String> test) {
        Object given = args.required(0, "prefix");
        List<?> candidates = given instanceof List<?> list ? list : List.of(given);
        return candidates.stream().anyMatch(it -> {
            if (it instanceof String candidate) {
                return test.test(candidate);
            }
            throw new Failure("a string expected, not " + Values.typeName(it));
        });
    }
}
