package io.inference.engine.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What can stand behind {@code is}. */
final class Tests {
    private final Budget budget;

    Tests(Budget budget) {
        this.budget = budget;
    }

    boolean test(String name, Object value, Callable.Args args) {
        budget.use(value);
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value instanceof None;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map<?, ?>;
            case "iterable" -> isSequence(value) || value instanceof Undefined;
            case "sequence" -> isSequence(value);
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "callable" -> value instanceof Callable;
            case "equalto", "eq", "==" -> Values.equal(value, args.required(0, "other"), budget);
            case "ne", "!=" -> !Values.equal(value, args.required(0, "other"), budget);
            case "sameas" -> same(value, args.required(0, "other"));
            case "in" -> Values.contains(args.required(0, "seq"), value, budget);
            case "lt", "lessthan", "<" -> Values.compare(value, args.required(0, "other"), budget) < 0;
            case "le", "<=" -> Values.compare(value, args.required(0, "other"), budget) <= 0;
            case "gt", "greaterthan", ">" -> Values.compare(value, args.required(0, "other"), budget) > 0;
            case "ge", ">=" -> Values.compare(value, args.required(0, "other"), budget) >= 0;
            case "even" -> Math.floorMod(whole(value), 2L) == 0;
            case "odd" -> Math.floorMod(whole(value), 2L) == 1;
            case "divisibleby" -> divisible(whole(value), whole(args.required(0, "num")));
            case "lower" -> Values.text(value).equals(Values.text(value).toLowerCase(Locale.ROOT));
            case "upper" -> Values.text(value).equals(Values.text(value).toUpperCase(Locale.ROOT));
            default -> throw new Failure("no test named '" + name + "'");
        };
    }

    private static boolean isSequence(Object value) {
        return value instanceof String || value instanceof List<?> || value instanceof Map<?, ?>;
    }

    @SuppressWarnings("ReferenceEquality") // is what the test asks
    private static boolean same(Object value, Object other) {
        boolean plain = value instanceof Boolean || value instanceof None || value instanceof Long;
        return plain ? value.equals(other) : value == other;
    }

    private static long whole(Object value) {
        if (value instanceof Long || value instanceof Boolean) {
            return Values.integer(value);
        }
        throw new Failure("an integer expected, not " + Values.typeName(value));
    }

    private static boolean divisible(long value, long divisor) {
        if (divisor == 0) {
            throw new Failure("division by zero");
        }
        return value % divisor == 0;
    }
}
