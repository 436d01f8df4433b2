package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '…' % values}. */
public final class PercentFormat {
    private static final Pattern FIELD =
            Pattern.compile("%(?:\\(([^()]*)\\))?([-#0 +]*)(\\*|\\d+)?(?:\\.(\\*|\\d*))?[hlL]?(.)", Pattern.DOTALL);

    private final Str format;
    private final Object values;
    private final Budget budget;
    private final StrBuilder out;
    private final List<Object> inOrder;
    private int next;

    private PercentFormat(Str format, Object values, Budget budget) {
        this.format = format;
        this.values = values;
        this.budget = budget;
        this.out = new StrBuilder(budget);
        this.inOrder = values instanceof Tuple tuple ? tuple.elements() : List.of(values);
    }

    /** @param values a tuple for one value a field, a dict for fields by name, or the value of the only field */
    public static Str format(Str format, Object values, Budget budget) {
        if (format.isSafe()) {
            throw Failure.unsupported("formatting a text that is marked safe");
        }
        return new PercentFormat(format, values, budget).run();
    }

    private Str run() {
        String text = format.text();
        Matcher field = FIELD.matcher(text);
        int at = 0;
        for (int percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', at)) {
            out.append(format, at, percent);
            if (!field.find(percent) || field.start() != percent) {
                throw new Failure("incomplete format");
            }
            field(field);
            at = field.end();
        }
        boolean named = values instanceof Dict || values instanceof List<?> || values instanceof Undefined;
        boolean leftOver = next < inOrder.size() && !(values instanceof Dict) && !(named && next > 0);
        if (leftOver && !(values instanceof List<?>) && !(values instanceof Undefined)) {
            throw new Failure("not all arguments converted during string formatting");
        }
        return out.append(format, at, text.length()).build();
    }

    private Object nextValue() {
        if (next >= inOrder.size()) {
            throw new Failure("not enough arguments for format string");
        }
        return inOrder.get(next++);
    }

    private void field(Matcher field) {
        char type = field.group(5).charAt(0);
        Object named = field.group(1) == null ? null : named(field.group(1));
        String flags = field.group(2) == null ? "" : field.group(2);
        int width = "*".equals(field.group(3)) ? size(nextValue()) : FormatSpec.size(field.group(3), 0);
        if (width < 0) {
            flags += "-";
            width = -width;
        }
        String digits = field.group(4);
        int precision = digits == null
                ? -1
                : digits.equals("*")
                        ? Math.max(0, size(nextValue()))
                        : digits.isEmpty() ? 0 : FormatSpec.size(digits, 0);
        if (type == '%') {
            out.append("%");
            return;
        }
        Object value = named != null ? named : nextValue();
        boolean isText = "srac".indexOf(type) >= 0;
        Str shown = isText ? text(type, value, precision) : Str.of(number(type, value, precision, flags));
        pad(shown, width, flags, !isText);
    }

    private Object named(String name) {
        if (!(values instanceof Dict dict)) {
            throw new Failure("format requires a mapping");
        }
        Object value = dict.get(name);
        if (value == null) {
            throw new Failure("the format names '" + name + "', which is not given");
        }
        return value;
    }

    private static int size(Object value) {
        if (!Values.isWhole(value)) {
            throw new Failure("* wants int");
        }
        return (int) Math.clamp(Values.integer(value), -100_000, 100_000);
    }

    private Str text(char type, Object value, int precision) {
        Str shown = switch (type) {
            case 's' -> Repr.text(value, budget);
            case 'r' -> Repr.of(value, budget);
            case 'a' -> throw Failure.unsupported("the format %a");
            default -> character(value);
        };
        return precision >= 0 && precision < shown.codePoints() ? shown.sliceCodePoints(0, precision) : shown;
    }

    private static Str character(Object value) {
        if (value instanceof Str text && text.codePoints() == 1) {
            return text;
        }
        boolean valid = Values.isWhole(value)
                && Values.integer(value) >= 0
                && Values.integer(value) <= Character.MAX_CODE_POINT;
        if (!valid) {
            throw new Failure("%c requires int or char");
        }
        return Str.of(Character.toString((int) Values.integer(value)));
    }

    private static String number(char type, Object value, int precision, String flags) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        boolean alternate = flags.contains("#");
        String text = switch (type) {
            case 'd', 'i', 'u' -> digits(whole(value, true), 10, precision, "");
            case 'o' -> digits(whole(value, false), 8, precision, alternate ? "0o" : "");
            case 'x' -> digits(whole(value, false), 16, precision, alternate ? "0x" : "");
            case 'X' ->
                digits(whole(value, false), 16, precision, alternate ? "0x" : "")
                        .toUpperCase(Locale.ROOT);
            case 'e', 'E' -> Floats.exponential(real(value), precision < 0 ? 6 : precision);
            case 'f', 'F' -> Floats.fixed(real(value), precision < 0 ? 6 : precision);
            case 'g', 'G' -> Floats.general(real(value), precision < 0 ? 6 : precision, alternate, false);
            default -> throw new Failure("unsupported format character '" + type + "'");
        };
        if (alternate && "eEfFgG".indexOf(type) >= 0 && text.indexOf('.') < 0) {
            throw Failure.unsupported("the flag # for a float without a fraction");
        }
        String cased = "EFG".indexOf(type) >= 0 ? text.toUpperCase(Locale.ROOT) : text;
        String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        return cased.startsWith("-") ? cased : sign + cased;
    }

    private static BigInteger whole(Object value, boolean floatsToo) {
        if (floatsToo && value instanceof Double d && !Floats.isSpecial(d)) {
            return new BigDecimal(d).toBigInteger();
        }
        if (value instanceof BigInteger n) {
            return n;
        }
        if (Values.isWhole(value)) {
            return BigInteger.valueOf(Values.integer(value));
        }
        throw new Failure("%d format: a number is required, not " + Values.typeName(value));
    }

    private static double real(Object value) {
        if (!Values.isNumber(value)) {
            throw new Failure("must be real number, not " + Values.typeName(value));
        }
        return Values.real(value);
    }

    private static String digits(BigInteger value, int radix, int precision, String prefix) {
        String digits = value.abs().toString(radix);
        return (value.signum() < 0 ? "-" : "") + prefix + "0".repeat(Math.max(0, precision - digits.length())) + digits;
    }

    private void pad(Str shown, int width, String flags, boolean number) {
        int missing = Math.max(0, width - shown.codePoints());
        if (flags.contains("-")) {
            out.append(shown).append(" ".repeat(missing));
            return;
        }
        boolean zeros = number && flags.contains("0");
        int prefix = zeros ? prefixLength(shown.text()) : 0;
        out.append(shown, 0, prefix).append((zeros ? "0" : " ").repeat(missing)).append(shown, prefix, shown.length());
    }

    private static int prefixLength(String number) {
        int sign = !number.isEmpty() && "+- ".indexOf(number.charAt(0)) >= 0 ? 1 : 0;
        boolean prefixed = number.length() > sign + 1 && "oxX".indexOf(number.charAt(sign + 1)) >= 0;
        return prefixed ? sign + 2 : sign;
    }
}
