package io.inference.engine.template;

import java.util.ArrayList;
import java.util.List;

/** The operators on two values. */
final class Arithmetic {
    private Arithmetic() {}

    static Object apply(String operator, Object left, Object right, Budget budget) {
        if (operator.equals("~")) {
            String a = Values.text(left);
            String b = Values.text(right);
            budget.text((long) a.length() + b.length());
            return a + b;
        }
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return numbers(operator, left, right);
        }
        if (operator.equals("+")) {
            return sum(left, right, budget);
        }
        if (operator.equals("*") && right instanceof Long count) {
            return repeated(left, count, budget);
        }
        if (operator.equals("%") && left instanceof String format) {
            return Formats.percent(format, right, budget);
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
        return new Failure("unsupported operand types for %s: '%s' and '%s'"
                .formatted(operator, Values.typeName(left), Values.typeName(right)));
    }

    private static Object sum(Object left, Object right, Budget budget) {
        if (left instanceof String a && right instanceof String b) {
            budget.text((long) a.length() + b.length());
            return a.concat(b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            budget.work(a.size() + b.size());
            List<Object> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
        throw unsupported("+", left, right);
    }

    private static Object repeated(Object value, long count, Budget budget) {
        long times = Math.max(0, Math.min(count, Integer.MAX_VALUE));
        if (value instanceof String text) {
            budget.text(text.length() * times);
            return text.repeat((int) times);
        }
        if (value instanceof List<?> list) {
            budget.work(list.size() * times);
            List<Object> all = new ArrayList<>();
            for (int i = 0; i < times && !list.isEmpty(); i++) {
                all.addAll(list);
            }
            return all;
        }
        throw unsupported("*", value, count);
    }

    private static Object numbers(String operator, Object left, Object right) {
        boolean whole = !(left instanceof Double) && !(right instanceof Double) && !operator.equals("/");
        try {
            return whole && !(operator.equals("**") && Values.integer(right) < 0)
                    ? wholes(operator, Values.integer(left), Values.integer(right))
                    : reals(operator, Values.real(left), Values.real(right));
        } catch (ArithmeticException e) {
            throw new Failure("arithmetic: " + e.getMessage());
        }
    }

    private static Object wholes(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            default -> power(a, b);
        };
    }

    private static long power(long base, long exponent) {
        long result = 1;
        for (long i = 0; i < exponent && !(base == 1 || (base == 0 && i > 0)); i++) {
            result = Math.multiplyExact(result, base == -1 ? (exponent % 2 == 0 ? 1 : -1) : base);
            if (base == -1) {
                break;
            }
        }
        return result;
    }

    private static double reals(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new ArithmeticException("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            default -> Math.pow(a, b);
        };
    }

    static Object negate(Object value) {
        if (!Values.isNumber(value)) {
            throw new Failure("bad operand type for unary -: '" + Values.typeName(value) + "'");
        }
        return value instanceof Double d ? (Object) (-d) : (Object) Math.negateExact(Values.integer(value));
    }

    static Object positive(Object value) {
        if (!Values.isNumber(value)) {
            throw new Failure("bad operand type for unary +: '" + Values.typeName(value) + "'");
        }
        return value instanceof Boolean ? (Object) Values.integer(value) : value;
    }
}
