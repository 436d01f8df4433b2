package io.inference.engine.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What can stand behind {@code |}. */
final class Filters {
    private final Budget budget;
    private final ListFilters lists;

    Filters(Budget budget, Tests tests) {
        this.budget = budget;
        this.lists = new ListFilters(budget, tests, this);
    }

    Object apply(String name, Object value, Callable.Args args) {
        budget.use(value);
        return switch (name) {
            case "default", "d" -> {
                boolean missing =
                        value instanceof Undefined || (args.bool(1, "boolean", false) && !Values.truthy(value));
                yield missing ? args.get(0, "default_value", "") : value;
            }
            case "tojson" -> Json.dumps(value, args, budget);
            case "length", "count" -> (long) Values.length(value);
            case "string", "safe" -> text(value);
            case "trim" ->
                Strings.strip(text(value), args.given(0, "chars") instanceof String chars ? chars : null, true, true);
            case "upper" -> text(value).toUpperCase(Locale.ROOT);
            case "lower" -> text(value).toLowerCase(Locale.ROOT);
            case "title" -> Strings.title(text(value), "-({[<");
            case "capitalize" -> Strings.capitalize(text(value));
            case "replace" ->
                Strings.replace(
                        text(value),
                        args.string(0, "old"),
                        args.string(1, "new"),
                        args.integer(2, "count", -1),
                        budget);
            case "join" ->
                joined(
                        args.given(1, "attribute") == null ? value : lists.map(value, args.from(1)),
                        Values.text(args.get(0, "d", "")),
                        budget);
            case "escape", "e" ->
                text(value)
                        .replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("'", "&#39;")
                        .replace("\"", "&#34;");
            case "indent" -> indented(text(value), args);
            case "format" ->
                Formats.percent(
                        text(value),
                        args.positional().size() == 1 ? args.positional().getFirst() : args.positional(),
                        budget);
            case "int" -> whole(value, args.get(0, "default", 0L));
            case "float" -> real(value, args.get(0, "default", 0.0));
            case "abs" -> value instanceof Double d ? (Object) Math.abs(d) : (Object) Math.abs(number(value));
            case "round" -> rounded(value, args.integer(0, "precision", 0), args.get(1, "method", "common"));
            case "items" -> pairs(value);
            case "dictsort" ->
                pairs(value).stream()
                        .sorted(Comparator.comparing(it -> ((List<?>) it).getFirst(), lists.order(false)))
                        .collect(Collectors.toCollection(ArrayList::new));
            default -> lists.apply(name, value, args);
        };
    }

    private String text(Object value) {
        String text = Values.text(value);
        budget.text(text.length());
        return text;
    }

    static String joined(Object value, String separator, Budget budget) {
        StringBuilder out = new StringBuilder();
        String before = "";
        for (Object element : Values.iterate(value, budget)) {
            String text = Values.text(element);
            budget.text(before.length() + text.length());
            out.append(before).append(text);
            before = separator;
        }
        return out.toString();
    }

    private String indented(String text, Callable.Args args) {
        Object width = args.get(0, "width", 4L);
        String indent =
                width instanceof String given ? given : " ".repeat(Math.clamp(args.integer(0, "width", 4), 0, 1000));
        boolean blankToo = args.bool(2, "blank", false);
        StringBuilder out = new StringBuilder();
        List<Object> lines = Strings.split(text, "\n", -1);
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            boolean indents = i == 0 ? args.bool(1, "first", false) : blankToo || !line.isEmpty();
            budget.text(indent.length());
            out.append(i == 0 ? "" : "\n").append(indents ? indent : "").append(line);
        }
        return out.toString();
    }

    private List<Object> pairs(Object value) {
        if (value instanceof Undefined) {
            return List.of();
        }
        if (value instanceof Map<?, ?> map) {
            budget.work(map.size());
            List<Object> pairs = new ArrayList<>();
            map.forEach((key, element) -> pairs.add(List.of(key, element)));
            return pairs;
        }
        throw new Failure("Can only get item pairs from a mapping.");
    }

    private static long number(Object value) {
        if (value instanceof Long || value instanceof Boolean) {
            return Values.integer(value);
        }
        throw new Failure("a number expected, not " + Values.typeName(value));
    }

    private static Object whole(Object value, Object otherwise) {
        if (value instanceof String text) {
            try {
                return Long.valueOf(Strings.strip(text, null, true, true).replace("_", ""));
            } catch (NumberFormatException e) {
                return real(value, Double.NaN) instanceof Double d && !d.isNaN() ? (Object) d.longValue() : otherwise;
            }
        }
        return Values.isNumber(value) ? (Object) (long) Values.real(value) : otherwise;
    }

    private static Object real(Object value, Object otherwise) {
        if (value instanceof String text) {
            try {
                return Double.valueOf(Strings.strip(text, null, true, true));
            } catch (NumberFormatException e) {
                return otherwise;
            }
        }
        return Values.isNumber(value) ? (Object) Values.real(value) : otherwise;
    }

    private static Object rounded(Object value, int precision, Object method) {
        if (!Values.isNumber(value) || Double.isNaN(Values.real(value)) || Double.isInfinite(Values.real(value))) {
            throw new Failure("a number expected, not " + Values.typeName(value));
        }
        RoundingMode mode = method.equals("ceil")
                ? RoundingMode.CEILING
                : method.equals("floor") ? RoundingMode.FLOOR : RoundingMode.HALF_EVEN;
        return new BigDecimal(Values.real(value))
                .setScale(Math.clamp(precision, -300, 300), mode)
                .doubleValue();
    }
}
