package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Arithmetic;
import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.FormatSpec;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filters that return numbers, or texts of numbers. */
final class NumberFilters {
    private static final Pattern FLOAT = Pattern.compile(
            "[-+]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:[eE][-+]?\\d+(?:_\\d+)*)?");
    private static final Pattern SPECIAL = Pattern.compile("([-+]?)(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
    private static final Pattern INTEGER = Pattern.compile("([-+]?)(0[xX]|0[oO]|0[bB])?(_?)(\\w+(?:_\\w+)*)");

    private final Budget budget;

    NumberFilters(Budget budget) {
        this.budget = budget;
    }

    /** The result, or null for another kind of filter. */
    @Nullable
    Object apply(String name, Object value, Args args) {
        return switch (name) {
            case "int" -> whole(value, args.bind("default", "base"));
            case "float" -> {
                Object otherwise = args.bind("default").get(0, 0.0);
                Double number = real(value);
                yield number == null ? otherwise : number;
            }
            case "abs" -> {
                args.bind();
                yield Compare.holds("<", Arithmetic.positive(value), 0L, budget)
                        ? Arithmetic.negate(value)
                        : value instanceof Double d ? (Object) Math.abs(d) : Arithmetic.positive(value);
            }
            case "round" -> round(value, args.bind("precision", "method"));
            case "filesizeformat" ->
                Str.of(fileSize(value, Values.truthy(args.bind("binary").get(0, false))));
            default -> null;
        };
    }

    private static Object whole(Object value, Args.Bound given) {
        Object otherwise = given.get(0, 0L);
        int base = (int) Math.clamp(given.integer(1, 10), -1, 99);
        switch (value) {
            case Undefined undefined -> throw undefined.used();
            case BigInteger n -> {
                return n;
            }
            case Str text -> {
                Object number = integer(trimmed(text), base);
                if (number != null) {
                    return number;
                }
            }
            case Double d when Double.isInfinite(d) -> throw new Failure("cannot convert float infinity to integer");
            default -> {}
        }
        Double number = real(value);
        if (value instanceof Long || value instanceof Boolean) {
            return Values.integer(value);
        }
        return number != null && !number.isNaN() && !number.isInfinite()
                ? narrowed(new BigDecimal(number).toBigInteger())
                : otherwise;
    }

    /** Without surrounding whitespace, the digits of other scripts as ASCII digits. */
    private static String trimmed(Str text) {
        StringBuilder out = new StringBuilder();
        Strings.strip(text, null, true, true)
                .text()
                .codePoints()
                .forEach(c -> out.appendCodePoint(Character.isDigit(c) ? '0' + Character.digit(c, 10) : c));
        return out.toString();
    }

    private static Object narrowed(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    /** Python's {@code int(text, base)}, or null if it is not an integer. */
    private static @Nullable Object integer(String text, int base) {
        Matcher parts = INTEGER.matcher(text);
        if ((base != 0 && base < 2) || base > 36 || !parts.matches() || text.contains("__")) {
            return null;
        }
        String prefix = parts.group(2) == null ? "" : parts.group(2).toLowerCase(Locale.ROOT);
        int prefixed = switch (prefix) {
            case "0x" -> 16;
            case "0o" -> 8;
            case "0b" -> 2;
            default -> 0;
        };
        boolean usesPrefix = prefixed != 0 && (base == 0 || base == prefixed);
        String digits = (usesPrefix ? "" : prefix + parts.group(3)) + parts.group(4);
        boolean misplaced = digits.startsWith("_") || digits.endsWith("_");
        boolean leadingZero = base == 0 && !usesPrefix && digits.startsWith("0") && !digits.matches("[0_]+");
        if (misplaced || leadingZero) {
            return null;
        }
        if (digits.length() > 4300) {
            throw Failure.unsupported("an integer of more than 4300 digits");
        }
        try {
            int radix = usesPrefix ? prefixed : base == 0 ? 10 : base;
            BigInteger magnitude = new BigInteger(digits.replace("_", ""), radix);
            return narrowed(parts.group(1).equals("-") ? magnitude.negate() : magnitude);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Python's {@code float(value)}, or null if it is not a number. */
    private static @Nullable Double real(Object value) {
        return switch (value) {
            case Undefined undefined -> throw undefined.used();
            case Str text -> parsed(trimmed(text));
            case BigInteger n -> n.doubleValue();
            default -> Values.isNumber(value) ? (Double) Values.real(value) : null;
        };
    }

    private static @Nullable Double parsed(String text) {
        Matcher special = SPECIAL.matcher(text);
        if (special.matches()) {
            double value = special.group(2).equalsIgnoreCase("nan") ? Double.NaN : Double.POSITIVE_INFINITY;
            return special.group(1).equals("-") ? -value : value;
        }
        return FLOAT.matcher(text).matches() ? Double.valueOf(text.replace("_", "")) : null;
    }

    private static Object round(Object value, Args.Bound given) {
        long precision = given.hasValue(0) ? given.integer(0) : 0;
        String method = given.string(1, Str.of("common")).text();
        if (value instanceof Undefined || !Values.isNumber(value)) {
            throw new Failure("a number expected, not " + Values.typeName(value));
        }
        return switch (method) {
            case "common" -> {
                Object rounded = rounded(value, (int) Math.clamp(precision, -400, 400));
                yield given.isGiven(0) && !given.hasValue(0) ? whole(rounded) : rounded;
            }
            case "ceil", "floor" -> bound(value, Math.clamp(precision, -308, 308), method.equals("ceil"));
            default -> throw new Failure("method must be common, ceil or floor");
        };
    }

    private static Object rounded(Object value, int precision) {
        if (Values.isWhole(value)) {
            long number = Values.integer(value);
            return precision >= 0
                    ? (Object) number
                    : narrowed(new BigDecimal(number)
                            .setScale(precision, RoundingMode.HALF_EVEN)
                            .toBigInteger());
        }
        double number = Values.real(value);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return number;
        }
        double result = new BigDecimal(number)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .doubleValue();
        return Math.copySign(result, number);
    }

    private static Object whole(Object value) {
        if (value instanceof Double d && (d.isNaN() || d.isInfinite())) {
            throw new Failure("cannot convert float infinity or NaN to integer");
        }
        return value instanceof Double d ? narrowed(new BigDecimal(d).toBigInteger()) : value;
    }

    private static double bound(Object value, long precision, boolean up) {
        double number = Values.real(value);
        double factor = precision >= 0 ? Math.pow(10, precision) : 1 / Math.pow(10, -precision);
        double scaled = number * factor;
        if (Double.isNaN(scaled) || Double.isInfinite(scaled)) {
            throw new Failure("cannot convert float infinity or NaN to integer");
        }
        double result = (up ? Math.ceil(scaled) : Math.floor(scaled)) / factor;
        return result == 0 ? 0.0 : result;
    }

    private String fileSize(Object value, boolean binary) {
        Double bytes = real(value);
        if (bytes == null || bytes.isNaN() || bytes.isInfinite()) {
            throw new Failure("a number expected, not " + Values.typeName(value));
        }
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return "%d Bytes".formatted(bytes.longValue());
        }
        double unit = base;
        String prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
        int index = 0;
        while (index < prefixes.length() - 1 && bytes >= unit * base) {
            unit *= base;
            index++;
        }
        Str shown = FormatSpec.format(bytes * base / (unit * base), Str.of(".1f"), budget);
        return "%s %s%s".formatted(shown.text(), prefixes.charAt(index), binary ? "iB" : "B");
    }
}
