package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Arithmetic;
import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Undefined;
import java.math.BigInteger;
import java.util.Set;

/** The tests, which follow {@code is}. */
public final class Tests {
    private static final Set<String> NAMES =
            Set.of(("!= < <= == > >= boolean callable defined divisibleby eq equalto escaped even false filter float ge"
                            + " greaterthan gt in integer iterable le lessthan lower lt mapping ne none number odd"
                            + " sameas sequence string test true undefined upper")
                    .split(" "));

    private final Budget budget;

    public Tests(Budget budget) {
        this.budget = budget;
    }

    /**
     * Refuses an unsupported test.
     *
     * @throws Failure naming it
     */
    public static void check(String name) {
        if (!NAMES.contains(name)) {
            throw new Failure(Failure.Kind.UNSUPPORTED, 0, "no test named '" + name + "'");
        }
    }

    public boolean test(String name, Object value, Args args) {
        check(name);
        budget.use(value);
        return switch (name) {
            case "eq", "equalto", "==" -> compared("==", value, args);
            case "ne", "!=" -> compared("!=", value, args);
            case "lt", "lessthan", "<" -> compared("<", value, args);
            case "le", "<=" -> compared("<=", value, args);
            case "gt", "greaterthan", ">" -> compared(">", value, args);
            case "ge", ">=" -> compared(">=", value, args);
            case "in" -> Compare.contains(args.bind("seq").required(0), value, budget);
            case "sameas" -> same(value, args.bind("other").required(0));
            case "divisibleby" -> modulo(value, args.bind("num").required(0), 0);
            default -> {
                args.bind();
                yield test(name, value);
            }
        };
    }

    private boolean compared(String operator, Object value, Args args) {
        return Compare.holds(operator, value, args.bindPositional("other").required(0), budget);
    }

    private boolean modulo(Object value, Object divisor, long rest) {
        return Compare.equal(Arithmetic.apply("%", value, divisor, budget), rest, budget);
    }

    private boolean test(String name, Object value) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value instanceof None;
            case "string" -> value instanceof Str;
            case "mapping" -> value instanceof Dict;
            case "iterable" -> Values.isIterable(value);
            case "sequence" ->
                Values.isIndexed(value) || value instanceof Str || value instanceof Dict || value instanceof Undefined;
            case "number" -> Values.isNumber(value) || value instanceof BigInteger;
            case "integer" -> value instanceof Long || value instanceof BigInteger;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "callable" -> value instanceof Callable || value instanceof Undefined;
            case "escaped" -> value instanceof Str text && text.isSafe();
            case "even" -> modulo(value, 2L, 0);
            case "odd" -> modulo(value, 2L, 1);
            case "lower" -> StringMethods.isLower(Repr.text(value, budget).text());
            case "upper" -> StringMethods.isUpper(Repr.text(value, budget).text());
            case "filter" -> Filters.isFilter(name(value));
            case "test" -> NAMES.contains(name(value));
            default -> throw Failure.unsupported("the test '" + name + "'");
        };
    }

    /** The name of the filter or test that a value names; empty if the value cannot be a name. */
    private static String name(Object value) {
        if (!Dict.isHashable(value)) {
            throw new Failure("unhashable type: '" + Values.typeName(value) + "'");
        }
        return value instanceof Str name ? name.text() : "";
    }

    /** Python's identity, as far as it does not depend on Python's memory. */
    @SuppressWarnings("ReferenceEquality") // identity is what the test checks
    private static boolean same(Object value, Object other) {
        if (value == other || value instanceof Boolean || value instanceof None) {
            return value.equals(other);
        }
        boolean plain = value instanceof Str || value instanceof Long || value instanceof Double;
        if (plain && value.equals(other)) {
            if (value instanceof Long n && n >= -5 && n <= 256) {
                return true;
            }
            throw Failure.unsupported("the test 'sameas' of two equal texts or numbers");
        }
        return false;
    }
}
