package io.inference.engine.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The filters that take or make lists. */
final class ListFilters {
    private final Budget budget;
    private final Tests tests;
    private final Filters filters;

    ListFilters(Budget budget, Tests tests, Filters filters) {
        this.budget = budget;
        this.tests = tests;
        this.filters = filters;
    }

    Object apply(String name, Object value, Callable.Args args) {
        return switch (name) {
            case "list" -> Values.iterate(value, budget);
            case "first" -> {
                List<Object> elements = Values.iterate(value, budget);
                yield elements.isEmpty() ? new Undefined("No first item, sequence was empty.") : elements.getFirst();
            }
            case "last" -> {
                List<Object> elements = Values.iterate(value, budget);
                yield elements.isEmpty() ? new Undefined("No last item, sequence was empty.") : elements.getLast();
            }
            case "reverse" -> Slices.slice(value, null, null, -1, budget);
            case "map" -> map(value, args);
            case "select" -> select(value, args, false, true);
            case "reject" -> select(value, args, false, false);
            case "selectattr" -> select(value, args, true, true);
            case "rejectattr" -> select(value, args, true, false);
            case "sort" -> sorted(value, args);
            case "unique" -> unique(value, args);
            case "sum" -> sum(value, args);
            case "min" -> extreme(value, args, false);
            case "max" -> extreme(value, args, true);
            default -> throw new Failure("no filter named '" + name + "'");
        };
    }

    List<Object> map(Object value, Callable.Args args) {
        Object attribute = args.named().get("attribute");
        List<Object> result = new ArrayList<>();
        for (Object element : Values.iterate(value, budget)) {
            if (attribute == null) {
                result.add(filters.apply(args.string(0, "name"), element, args.from(1)));
                continue;
            }
            Object found = attribute(element, Values.text(attribute));
            Object otherwise = args.named().get("default");
            result.add(found instanceof Undefined && otherwise != null ? otherwise : found);
        }
        return result;
    }

    private List<Object> select(Object value, Callable.Args args, boolean byAttribute, boolean wanted) {
        int first = byAttribute ? 1 : 0;
        String attribute = byAttribute ? Values.text(args.required(0, "attribute")) : "";
        List<Object> result = new ArrayList<>();
        for (Object element : Values.iterate(value, budget)) {
            Object tested = byAttribute ? attribute(element, attribute) : element;
            boolean holds = args.positional().size() > first
                    ? tests.test(args.string(first, "test"), tested, args.from(first + 1))
                    : Values.truthy(tested);
            if (holds == wanted) {
                result.add(element);
            }
        }
        return result;
    }

    /** {@code a.b.0}: keys and indexes, one after the other. */
    private static Object attribute(Object value, String path) {
        Object current = value;
        for (Object part : Strings.split(path, ".", -1)) {
            Object inner = null;
            if (current instanceof Map<?, ?> map) {
                inner = map.get(part);
            } else if (current instanceof List<?> list && ((String) part).matches("[0-9]{1,6}")) {
                int index = Integer.parseInt((String) part);
                inner = index < list.size() ? list.get(index) : null;
            } else if (current instanceof Undefined undefined) {
                throw undefined.used();
            }
            current = inner == null ? new Undefined((String) part) : inner;
        }
        return current;
    }

    /** Python's order, or the one that ignores the case of strings. */
    Comparator<Object> order(boolean caseSensitive) {
        return (left, right) ->
                caseSensitive ? Values.compare(left, right, budget) : Values.compare(fold(left), fold(right), budget);
    }

    private static Object fold(Object value) {
        return value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
    }

    private Object sorted(Object value, Callable.Args args) {
        List<Object> elements = Values.iterate(value, budget);
        budget.work(elements.size() * 16L);
        Comparator<Object> order = order(args.bool(1, "case_sensitive", false));
        Object attribute = args.get(2, "attribute", None.NONE);
        if (!(attribute instanceof None)) {
            order = Comparator.comparing(it -> attribute(it, Values.text(attribute)), order);
        }
        elements.sort(args.bool(0, "reverse", false) ? order.reversed() : order);
        return elements;
    }

    private Object unique(Object value, Callable.Args args) {
        boolean caseSensitive = args.bool(0, "case_sensitive", false);
        List<Object> seen = new ArrayList<>();
        List<Object> result = new ArrayList<>();
        for (Object element : Values.iterate(value, budget)) {
            Object key = caseSensitive ? element : fold(element);
            budget.work(seen.size());
            if (seen.stream().noneMatch(it -> Values.equal(it, key, budget))) {
                seen.add(key);
                result.add(element);
            }
        }
        return result;
    }

    private Object sum(Object value, Callable.Args args) {
        Object attribute = args.get(0, "attribute", None.NONE);
        Object total = args.get(1, "start", 0L);
        for (Object element : Values.iterate(value, budget)) {
            Object part = attribute instanceof None ? element : attribute(element, Values.text(attribute));
            total = Arithmetic.apply("+", total, part, budget);
        }
        return total;
    }

    private Object extreme(Object value, Callable.Args args, boolean largest) {
        List<Object> elements = Values.iterate(value, budget);
        Comparator<Object> order = order(args.bool(0, "case_sensitive", false));
        if (largest) {
            order = order.reversed();
        }
        Object best = new Undefined("No aggregated item, sequence was empty.");
        for (Object element : elements) {
            if (best instanceof Undefined || order.compare(element, best) < 0) {
                best = element;
            }
        }
        return best;
    }
}
