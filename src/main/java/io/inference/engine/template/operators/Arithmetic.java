package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The operators on two values. Integers are of 64 bits; larger results are an error, since Python's integers are
 * unbounded.
 */
public final class Arithmetic {
    private Arithmetic() {}

    public static Object apply(String operator, Object left, Object right, Budget budget) {
        if (operator.equals("~")) {
            return joined(Repr.text(left, budget), Repr.text(right, budget), budget);
        }
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return numbers(operator, left, right);
        }
        if (operator.equals("+")) {
            return sum(left, right, budget);
        }
        if (operator.equals("*") && Values.isWhole(right)) {
            return repeated(left, Values.integer(right), budget);
        }
        if (operator.equals("*") && Values.isWhole(left)) {
            return repeated(right, Values.integer(left), budget);
        }
        if (operator.equals("%") && left instanceof Str format) {
            return PercentFormat.format(format, right, budget);
        }
        throw unsupported(operator, left, right);
    }

    private static Failure unsupported(String operator, Object left, Object right) {
        if (left instanceof Undefined undefined) {
            return undefined.used();
        }
        if (right instanceof Undefined undefined) {
            return undefined.used();
        }
        if (left instanceof BigInteger || right instanceof BigInteger) {
            return tooLarge();
        }
        return new Failure("unsupported operand types for %s: '%s' and '%s'"
                .formatted(operator, Values.typeName(left), Values.typeName(right)));
    }

    private static Failure tooLarge() {
        return Failure.unsupported("arithmetic on integers beyond 64 bits");
    }

    private static Str joined(Str a, Str b, Budget budget) {
        budget.text(b.length(), (long) a.length() + b.length());
        return a.concat(b, budget);
    }

    private static Object sum(Object left, Object right, Budget budget) {
        if (left instanceof Str a && right instanceof Str b) {
            return a.isSafe() || b.isSafe()
                    ? joined(Escapes.html(a, budget), Escapes.html(b, budget), budget)
                            .asSafe()
                    : joined(a, b, budget);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return chained(a, b, budget);
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return new Tuple(chained(a.elements(), b.elements(), budget));
        }
        throw unsupported("+", left, right);
    }

    private static List<Object> chained(List<?> a, List<?> b, Budget budget) {
        budget.work(a.size() + b.size());
        List<Object> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private static Object repeated(Object value, long count, Budget budget) {
        int times = (int) Math.clamp(count, 0, Integer.MAX_VALUE);
        return switch (value) {
            case Str text -> {
                budget.text((long) text.length() * times, (long) text.length() * times);
                StrBuilder out = new StrBuilder(budget);
                for (int i = 0; i < times && !text.isEmpty(); i++) {
                    out.append(text);
                }
                yield text.isSafe() ? out.build().asSafe() : out.build();
            }
            case List<?> list -> repeated(list, times, budget);
            case Tuple tuple -> new Tuple(repeated(tuple.elements(), times, budget));
            default -> throw unsupported("*", value, count);
        };
    }

    private static List<Object> repeated(List<?> list, int times, Budget budget) {
        budget.work((long) list.size() * times);
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < times && !list.isEmpty(); i++) {
            all.addAll(list);
        }
        return all;
    }

    private static Object numbers(String operator, Object left, Object right) {
        boolean whole = Values.isWhole(left) && Values.isWhole(right);
        if (whole && operator.equals("/")) {
            return quotient(Values.integer(left), Values.integer(right));
        }
        if (whole && !(operator.equals("**") && Values.integer(right) < 0)) {
            return wholes(operator, Values.integer(left), Values.integer(right));
        }
        return reals(operator, Values.real(left), Values.real(right));
    }

    private static double quotient(long a, long b) {
        if (b == 0) {
            throw new Failure("division by zero");
        }
        boolean exact = Math.abs((double) a) < 0x1p53 && Math.abs((double) b) < 0x1p53;
        return exact
                ? (double) a / b
                : new BigDecimal(a)
                        .divide(new BigDecimal(b), new MathContext(60))
                        .doubleValue();
    }

    private static Object wholes(String operator, long a, long b) {
        if (b == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw new Failure("integer division or modulo by zero");
        }
        try {
            return switch (operator) {
                case "+" -> Math.addExact(a, b);
                case "-" -> Math.subtractExact(a, b);
                case "*" -> Math.multiplyExact(a, b);
                case "//" -> Math.floorDivExact(a, b);
                case "%" -> Math.floorMod(a, b);
                default -> power(a, b);
            };
        } catch (ArithmeticException e) {
            throw tooLarge();
        }
    }

    private static long power(long base, long exponent) {
        if (base == -1 || base == 0 || base == 1) {
            return exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    private static double reals(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new Failure("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> floored(a, b);
            case "%" -> modulo(a, b);
            default -> power(a, b);
        };
    }

    /** Python's float {@code %}: the sign of the divisor. */
    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return (b < 0) != (rest < 0) ? rest + b : rest;
    }

    private static double floored(double a, double b) {
        double rest = a % b;
        double quotient = (a - rest) / b;
        if (rest != 0 && (b < 0) != (rest < 0)) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw new Failure("0.0 cannot be raised to a negative power");
        }
        if (a == 1 || b == 0) {
            return 1;
        }
        double result = Math.pow(a, b);
        boolean finite = !Floats.isSpecial(a) && !Floats.isSpecial(b);
        if (finite && Double.isNaN(result)) {
            throw Failure.unsupported("a complex number");
        }
        if (finite && Double.isInfinite(result)) {
            throw new Failure("the result is too large");
        }
        return result;
    }

    public static Object negate(Object value) {
        checkNumber("-", value);
        if (value instanceof Double d) {
            return -d;
        }
        long number = Values.integer(value);
        if (number == Long.MIN_VALUE) {
            throw tooLarge();
        }
        return -number;
    }

    public static Object positive(Object value) {
        checkNumber("+", value);
        return value instanceof Boolean ? (Object) Values.integer(value) : value;
    }

    private static void checkNumber(String operator, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (value instanceof BigInteger) {
            throw tooLarge();
        }
        if (!Values.isNumber(value)) {
            throw new Failure("bad operand type for unary %s: '%s'".formatted(operator, Values.typeName(value)));
        }
    }
}
