package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Arithmetic;
import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** The filters that order, group or add up the elements of a sequence. */
final class OrderFilters {
    private final Budget budget;
    private final Lookup lookup;

    OrderFilters(Budget budget, Lookup lookup) {
        this.budget = budget;
        this.lookup = lookup;
    }

    Object apply(String name, Object value, Args args) {
        return switch (name) {
            case "sort" -> sorted(value, args.bind("reverse", "case_sensitive", "attribute"));
            case "dictsort" -> sortedItems(value, args.bind("case_sensitive", "by", "reverse"));
            case "groupby" -> groups(value, args.bind("attribute", "default", "case_sensitive"));
            case "sum" -> sum(value, args.bind("attribute", "start"));
            case "min" -> extreme(value, args.bind("case_sensitive", "attribute"), false);
            case "max" -> extreme(value, args.bind("case_sensitive", "attribute"), true);
            default -> throw Failure.unsupported("the filter '" + name + "'");
        };
    }

    private Comparator<Object> order() {
        return (left, right) -> Compare.order(left, right, budget);
    }

    private static Object folded(Object value, boolean caseSensitive) {
        return value instanceof Str text && !caseSensitive ? Strings.lower(text) : value;
    }

    /** The key by which an element is ordered or grouped. */
    Function<Object, Object> key(Args.Bound given, int caseSensitive, int attribute) {
        boolean sensitive = Values.truthy(given.get(caseSensitive, false));
        return element -> {
            Object value = given.hasValue(attribute) ? lookup.path(element, given.required(attribute), null) : element;
            return folded(value, sensitive);
        };
    }

    private record Keyed(Object key, Object element) {}

    private List<Object> ordered(List<Object> elements, Function<Object, Object> key, boolean reverse) {
        budget.work(elements.size() * 16L);
        List<Keyed> keyed = new ArrayList<>();
        elements.forEach(element -> keyed.add(new Keyed(key.apply(element), element)));
        Comparator<Keyed> order = Comparator.comparing(Keyed::key, order());
        keyed.sort(reverse ? order.reversed() : order);
        List<Object> result = new ArrayList<>();
        keyed.forEach(it -> result.add(it.element()));
        return result;
    }

    private Object sorted(Object value, Args.Bound given) {
        boolean reverse = given.integer(0, 0) != 0;
        boolean sensitive = Values.truthy(given.get(1, false));
        List<Object> elements = Values.list(value, budget);
        if (!given.hasValue(2)) {
            return ordered(elements, element -> folded(element, sensitive), reverse);
        }
        List<Object> attributes = given.required(2) instanceof Str names
                ? Strings.split(names, Str.of(","), -1)
                : List.of(given.required(2));
        return ordered(
                elements,
                element -> {
                    List<Object> keys = new ArrayList<>();
                    attributes.forEach(it -> keys.add(folded(lookup.path(element, it, null), sensitive)));
                    return keys;
                },
                reverse);
    }

    private Object sortedItems(Object value, Args.Bound given) {
        if (!(value instanceof Dict dict)) {
            throw value instanceof Undefined undefined
                    ? undefined.used()
                    : new Failure("'%s' object has no items".formatted(Values.typeName(value)));
        }
        int by = switch (given.string(1, Str.of("key")).text()) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new Failure("You can only sort by either \"key\" or \"value\"");
        };
        boolean sensitive = Values.truthy(given.get(0, false));
        return ordered(
                dict.items(), item -> folded(((Tuple) item).elements().get(by), sensitive), given.integer(2, 0) != 0);
    }

    private Object groups(Object value, Args.Bound given) {
        Object attribute = given.required(0);
        Object otherwise = given.hasValue(1) ? given.required(1) : null;
        boolean sensitive = Values.truthy(given.get(2, false));
        Function<Object, Object> key = element -> lookup.path(element, attribute, otherwise);
        Function<Object, Object> compared = element -> folded(key.apply(element), sensitive);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        for (Object element : ordered(Values.list(value, budget), compared, false)) {
            if (!group.isEmpty() && !Compare.equal(compared.apply(group.getFirst()), compared.apply(element), budget)) {
                groups.add(group(key, group));
                group = new ArrayList<>();
            }
            group.add(element);
        }
        if (!group.isEmpty()) {
            groups.add(group(key, group));
        }
        return groups;
    }

    private static Tuple group(Function<Object, Object> key, List<Object> elements) {
        return new Tuple(List.of(key.apply(elements.getFirst()), elements), List.of("grouper", "list"));
    }

    private Object sum(Object value, Args.Bound given) {
        Object total = given.get(1, 0L);
        if (total instanceof Str) {
            throw new Failure("sum() can't sum strings");
        }
        Iterator<Object> elements = Values.iterator(value, budget);
        while (elements.hasNext()) {
            Object element = elements.next();
            Object part = given.hasValue(0) ? lookup.path(element, given.required(0), null) : element;
            total = Arithmetic.apply("+", total, part, budget);
        }
        return total;
    }

    private Object extreme(Object value, Args.Bound given, boolean largest) {
        Function<Object, Object> key = key(given, 0, 1);
        Iterator<Object> elements = Values.iterator(value, budget);
        if (!elements.hasNext()) {
            return new Undefined("No aggregated item, sequence was empty.");
        }
        Object best = elements.next();
        Object bestKey = elements.hasNext() ? key.apply(best) : None.NONE;
        while (elements.hasNext()) {
            Object candidate = elements.next();
            Object candidateKey = key.apply(candidate);
            if (Compare.holds(largest ? ">" : "<", candidateKey, bestKey, budget)) {
                best = candidate;
                bestKey = candidateKey;
            }
        }
        return best;
    }
}
