package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.DictView;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Generator;
import io.inference.engine.template.value.Namespace;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Range;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Operations common to values: their type, truth, length and elements. */
public final class Values {
    static final int DEPTH_MAX = 100;

    private Values() {}

    static void checkDepth(int depth) {
        if (depth > DEPTH_MAX) {
            throw new Failure("a value is nested too deep");
        }
    }

    public static boolean truthy(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double n -> n != 0;
            case Str s -> !s.isEmpty();
            case None n -> false;
            case Undefined u -> false;
            case Dict dict -> dict.size() > 0;
            case DictView view -> view.dict().size() > 0;
            default -> elements(value).map(it -> !it.isEmpty()).orElse(true);
        };
    }

    /** The elements of a list, tuple, range or view, without a copy; nothing for other values. */
    private static Optional<List<?>> elements(Object value) {
        return Optional.ofNullable(
                switch (value) {
                    case List<?> list -> list;
                    case Tuple tuple -> tuple.elements();
                    case Range range -> range.elements();
                    case DictView view -> view.elements();
                    default -> null;
                });
    }

    /** Whether it is indexed by numbers: a list, tuple or range. */
    public static boolean isIndexed(Object value) {
        return value instanceof List<?> || value instanceof Tuple || value instanceof Range;
    }

    public static boolean isIterable(Object value) {
        return isIndexed(value)
                || value instanceof Str
                || value instanceof Dict
                || value instanceof DictView
                || value instanceof Generator
                || value instanceof Undefined;
    }

    /** The elements of a list, tuple or range. */
    public static List<?> indexed(Object value) {
        return elements(value).orElseThrow();
    }

    /** Iterates over the elements as a loop does; a generator is used up by it. */
    @SuppressWarnings("unchecked") // only read
    public static Iterator<Object> iterator(Object value, Budget budget) {
        return value instanceof Generator generator
                ? generator.elements()
                : (Iterator<Object>) iterated(value, budget).iterator();
    }

    private static List<?> iterated(Object value, Budget budget) {
        List<?> elements = switch (value) {
            case Dict dict -> dict.keys();
            case Undefined u -> List.of();
            case Str text -> {
                budget.work(text.length());
                yield text.asUnsafe().characters();
            }
            default ->
                elements(value).orElseThrow(() -> new Failure("'" + typeName(value) + "' object is not iterable"));
        };
        budget.work(elements.size());
        return elements;
    }

    /** The elements as a new list. */
    public static List<Object> list(Object value, Budget budget) {
        if (!(value instanceof Generator)) {
            return new ArrayList<>(iterated(value, budget));
        }
        List<Object> all = new ArrayList<>();
        Iterator<Object> elements = iterator(value, budget);
        while (elements.hasNext()) {
            budget.work(1);
            all.add(elements.next());
        }
        return all;
    }

    public static boolean hasLength(Object value) {
        return value instanceof Str
                || value instanceof Dict
                || value instanceof Undefined
                || elements(value).isPresent();
    }

    public static long length(Object value) {
        return switch (value) {
            case Str text -> text.codePoints();
            case Dict dict -> dict.size();
            case DictView view -> view.dict().size();
            case Undefined u -> 0;
            default ->
                elements(value)
                        .orElseThrow(() -> new Failure("object of type '" + typeName(value) + "' has no length"))
                        .size();
        };
    }

    public static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    public static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    /** Of a Long or Boolean. */
    public static long integer(Object value) {
        return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
    }

    /** Of a Long, Boolean or Double. */
    public static double real(Object value) {
        return value instanceof Double d ? d : integer(value);
    }

    /** Python's name of the type. */
    public static String typeName(Object value) {
        return switch (value) {
            case None n -> "NoneType";
            case Boolean b -> "bool";
            case Long n -> "int";
            case BigInteger n -> "int";
            case Double n -> "float";
            case Str s -> "str";
            case List<?> list -> "list";
            case Tuple tuple -> "tuple";
            case Range range -> "range";
            case Dict dict -> "dict";
            case DictView view -> view.kind().typeName();
            case Generator generator -> generator.kind();
            case Undefined u -> "Undefined";
            case Namespace n -> "Namespace";
            case Callable c -> "function";
            default -> value.getClass().getSimpleName();
        };
    }
}
