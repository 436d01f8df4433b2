package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.DictView;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Range;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods and attributes of Python's types, without those that change their value, which the sandbox hides. */
final class Methods {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private final Budget budget;
    private final StringMethods strings;

    Methods(Budget budget, StringMethods strings) {
        this.budget = budget;
        this.strings = strings;
    }

    /** The method or attribute, or null if there is none of that name. */
    @Nullable
    Object of(Object target, String name) {
        return switch (target) {
            case Str text -> strings.of(text, name);
            case Dict dict -> ofDict(dict, name);
            case List<?> list
            when name.equals("copy") ->
                (Callable) args -> {
                    args.bindPositional();
                    return list;
                };
            case List<?> list -> LIST_CHANGES.contains(name) ? hidden(name) : ofSequence(list, name);
            case Tuple tuple
            when tuple.names().contains(name) ->
                tuple.elements().get(tuple.names().indexOf(name));
            case Tuple tuple -> ofSequence(tuple.elements(), name);
            case Range range -> ofRange(range, name);
            case DictView view
            when name.equals("mapping") || name.equals("isdisjoint") ->
                throw Failure.unsupported("'" + name + "' of a view of a dict");
            case Long n -> ofInteger(n, name);
            case Boolean b -> ofInteger(b ? 1 : 0, name);
            case Double d -> ofFloat(d, name);
            default -> null;
        };
    }

    private static Undefined hidden(String name) {
        return new Undefined("a template may not change a value by '" + name + "'");
    }

    private @Nullable Object ofDict(Dict dict, String name) {
        if (DICT_CHANGES.contains(name)) {
            return hidden(name);
        }
        Callable method = switch (name) {
            case "items" -> args -> view(dict, DictView.Kind.ITEMS, args);
            case "keys" -> args -> view(dict, DictView.Kind.KEYS, args);
            case "values" -> args -> view(dict, DictView.Kind.VALUES, args);
            case "get" ->
                args -> {
                    Args.Bound given = args.bindPositional("key", "default");
                    Object value = dict.get(given.required(0));
                    return value == null ? given.get(1, None.NONE) : value;
                };
            case "copy" ->
                args -> {
                    args.bindPositional();
                    return dict;
                };
            case "fromkeys" -> args -> fromKeys(args.bindPositional("iterable", "value"));
            default -> null;
        };
        return method;
    }

    private static DictView view(Dict dict, DictView.Kind kind, Args args) {
        args.bindPositional();
        return new DictView(dict, kind);
    }

    private Dict fromKeys(Args.Bound given) {
        Dict made = new Dict();
        Values.list(given.required(0), budget).forEach(key -> made.put(key, given.get(1, None.NONE)));
        return made;
    }

    private @Nullable Object ofSequence(List<?> list, String name) {
        Callable method = switch (name) {
            case "count" ->
                args -> {
                    Object wanted = args.bindPositional("value").required(0);
                    return list.stream()
                            .filter(it -> Compare.equal(it, wanted, budget))
                            .count();
                };
            case "index" -> args -> index(list, args.bindPositional("value", "start", "stop"));
            default -> null;
        };
        return method;
    }

    private long index(List<?> list, Args.Bound given) {
        Object wanted = given.required(0);
        long start = given.integer(1, 0);
        long stop = given.integer(2, list.size());
        start = Math.max(0, start < 0 ? start + list.size() : start);
        stop = stop < 0 ? stop + list.size() : Math.min(stop, list.size());
        for (long i = start; i < stop; i++) {
            if (Compare.equal(list.get((int) i), wanted, budget)) {
                return i;
            }
        }
        throw new Failure("the value is not in the list");
    }

    private @Nullable Object ofRange(Range range, String name) {
        return switch (name) {
            case "start" -> range.start();
            case "stop" -> range.stop();
            case "step" -> range.step();
            default -> ofSequence(range.elements(), name);
        };
    }

    private static @Nullable Object ofInteger(long n, String name) {
        return switch (name) {
            case "real", "numerator" -> n;
            case "imag" -> 0L;
            case "denominator" -> 1L;
            case "bit_length" -> method(64L - Long.numberOfLeadingZeros(Math.abs(n)));
            case "bit_count" -> method((long) Long.bitCount(Math.abs(n)));
            case "conjugate" -> method(n);
            case "as_integer_ratio" -> method(Tuple.of(n, 1L));
            case "to_bytes", "from_bytes" -> throw Failure.unsupported("the method '" + name + "' of a number");
            default -> null;
        };
    }

    private static @Nullable Object ofFloat(double d, String name) {
        return switch (name) {
            case "real" -> d;
            case "imag" -> 0.0;
            case "is_integer" -> method(d == Math.rint(d) && !Double.isInfinite(d));
            case "conjugate" -> method(d);
            case "as_integer_ratio", "hex", "fromhex" ->
                throw Failure.unsupported("the method '" + name + "' of a float");
            default -> null;
        };
    }

    private static Callable method(Object result) {
        return args -> {
            args.bindPositional();
            return result;
        };
    }
}
