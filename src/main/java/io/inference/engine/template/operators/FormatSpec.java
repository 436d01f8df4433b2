package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Python's format specifications, as {@code str.format} takes them:
 * {@code [[fill]align][sign][z][#][0][width][grouping][.precision][type]}.
 */
public final class FormatSpec {
    private static final Pattern SYNTAX = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([a-zA-Z%])?", Pattern.DOTALL);
    private static final int SIZE_MAX = 100_000;

    private final String spec;
    private final Budget budget;
    private final String fill;
    private final char align;
    private final String sign;
    private final boolean alternate;
    private final boolean zeros;
    private final int width;
    private final String grouping;
    private final int precision;
    private final char type;

    private FormatSpec(String spec, Budget budget) {
        Matcher parts = SYNTAX.matcher(spec);
        if (!parts.matches()) {
            throw new Failure("invalid format specifier '" + spec + "'");
        }
        if (parts.group(4) != null) {
            throw Failure.unsupported("the option z of a format specifier");
        }
        this.spec = spec;
        this.budget = budget;
        this.zeros = parts.group(6) != null;
        this.fill = parts.group(1) != null ? parts.group(1) : zeros ? "0" : " ";
        this.align = parts.group(2) != null ? parts.group(2).charAt(0) : 0;
        this.sign = parts.group(3) == null ? "-" : parts.group(3);
        this.alternate = parts.group(5) != null;
        this.width = size(parts.group(7), 0);
        this.grouping = parts.group(8) == null ? "" : parts.group(8);
        this.precision = size(parts.group(9), -1);
        this.type = parts.group(10) == null ? 0 : parts.group(10).charAt(0);
    }

    static int size(@Nullable String digits, int otherwise) {
        if (digits == null) {
            return otherwise;
        }
        if (digits.length() > 9 || Integer.parseInt(digits) > SIZE_MAX) {
            throw new Failure("a width or precision is larger than " + SIZE_MAX);
        }
        return Integer.parseInt(digits);
    }

    /** {@code format(value, spec)}. */
    public static Str format(Object value, Str spec, Budget budget) {
        if (spec.isEmpty()) {
            return Repr.text(value, budget);
        }
        FormatSpec format = new FormatSpec(spec.text(), budget);
        return switch (value) {
            case Str text -> format.text(text);
            case Boolean b when format.type == 0 -> format.bool(b);
            case Boolean b -> format.number(Values.integer(b));
            case Long n -> format.number(n);
            case Double d -> format.number(d);
            case BigInteger n -> throw Failure.unsupported("formatting integers beyond 64 bits");
            default ->
                throw new Failure(
                        "unsupported format string passed to %s.__format__".formatted(Values.typeName(value)));
        };
    }

    private Failure invalid(String type) {
        return new Failure("the format '%s' does not fit a value of type %s".formatted(spec, type));
    }

    private Str text(Str text) {
        boolean numeric = !sign.equals("-") || alternate || !grouping.isEmpty() || align == '=';
        if (numeric || (type != 0 && type != 's')) {
            throw invalid("str");
        }
        Str shown = precision >= 0 && precision < text.codePoints() ? text.sliceCodePoints(0, precision) : text;
        return padded(shown, 0, align == 0 ? '<' : align);
    }

    /** Without a type, only its name is shown, by the rules of an integer. */
    private Str bool(boolean value) {
        if (precision >= 0) {
            throw invalid("bool");
        }
        return number(value ? 1L : 0L);
    }

    private Str number(Object value) {
        String shown;
        if (value instanceof Long n && "bcdoxXn\0".indexOf(type) >= 0) {
            shown = whole(n);
        } else if ("eEfFgG%n\0".indexOf(type) >= 0) {
            shown = real(Values.real(value), value instanceof Double);
        } else {
            throw invalid(Values.typeName(value));
        }
        boolean negative = shown.startsWith("-");
        String signed = (negative ? "-" : sign.equals("-") ? "" : sign) + shown.substring(negative ? 1 : 0);
        int prefix = type == 'c' ? 0 : prefixLength(signed);
        char side = align != 0 ? align : zeros ? '=' : type == 'c' ? '<' : '>';
        return padded(Str.of(side == '=' ? groupedZeros(signed, prefix) : signed), prefix, side);
    }

    private int prefixLength(String signed) {
        int length = !signed.isEmpty() && "+- ".indexOf(signed.charAt(0)) >= 0 ? 1 : 0;
        return alternate && "boxX".indexOf(type) >= 0 ? length + 2 : length;
    }

    /** Zeros in front of grouped digits are grouped, too. */
    private String groupedZeros(String signed, int prefix) {
        if (grouping.isEmpty() || !fill.equals("0")) {
            return signed;
        }
        String text = signed;
        while (text.length() < width) {
            String digits = text.substring(prefix);
            int first = digits.indexOf(grouping);
            boolean full = first < 0 ? wholeDigits(digits) % groupSize() == 0 : first == groupSize();
            text = text.substring(0, prefix) + (full ? "0" + grouping : "0") + digits;
        }
        return text;
    }

    private static int wholeDigits(String digits) {
        int end = 0;
        while (end < digits.length() && Character.digit(digits.charAt(end), 16) >= 0 && digits.charAt(end) != '.') {
            end++;
        }
        return end;
    }

    private int groupSize() {
        return "boxX".indexOf(type) >= 0 && type != 0 ? 4 : 3;
    }

    private String whole(long n) {
        if (precision >= 0) {
            throw new Failure("precision not allowed in integer format specifier");
        }
        if (grouping.equals(",") && "bcoxXn".indexOf(type) >= 0 || grouping.equals("_") && "cn".indexOf(type) >= 0) {
            throw invalid("int");
        }
        BigInteger magnitude = BigInteger.valueOf(n).abs();
        String digits = switch (type) {
            case 'b' -> (alternate ? "0b" : "") + grouped(magnitude.toString(2));
            case 'o' -> (alternate ? "0o" : "") + grouped(magnitude.toString(8));
            case 'x' -> (alternate ? "0x" : "") + grouped(magnitude.toString(16));
            case 'X' -> (alternate ? "0X" : "") + grouped(magnitude.toString(16).toUpperCase(Locale.ROOT));
            case 'c' -> character(n);
            default -> grouped(magnitude.toString());
        };
        return n < 0 ? "-" + digits : digits;
    }

    private String character(long n) {
        if (n < 0 || n > Character.MAX_CODE_POINT || !sign.equals("-") || alternate) {
            throw invalid("int");
        }
        return Character.toString((int) n);
    }

    private String grouped(String digits) {
        if (grouping.isEmpty()) {
            return digits;
        }
        StringBuilder out = new StringBuilder(digits);
        for (int at = digits.length() - groupSize(); at > 0; at -= groupSize()) {
            out.insert(at, grouping);
        }
        return out.toString();
    }

    private String real(double value, boolean isFloat) {
        int digits = precision < 0 ? 6 : precision;
        String text = switch (type) {
            case 'e', 'E' -> Floats.exponential(value, digits);
            case 'f', 'F' -> Floats.fixed(value, digits);
            case '%' -> Floats.fixed(value * 100, digits) + "%";
            case 0 -> precision >= 0 ? Floats.general(value, precision, alternate, isFloat) : Floats.shortest(value);
            default -> Floats.general(value, digits, alternate, false);
        };
        if (alternate && text.indexOf('.') < 0 && !Floats.isSpecial(value)) {
            throw Failure.unsupported("the option # for a float without a fraction");
        }
        if (grouping.equals("_") && type == 'n' || grouping.equals(",") && type == 'n') {
            throw invalid("float");
        }
        String cased = type == 'E' || type == 'F' || type == 'G' ? text.toUpperCase(Locale.ROOT) : text;
        boolean negative = cased.startsWith("-");
        String magnitude = negative ? cased.substring(1) : cased;
        int end = 0;
        while (end < magnitude.length() && Character.isDigit(magnitude.charAt(end))) {
            end++;
        }
        return (negative ? "-" : "") + grouped(magnitude.substring(0, end)) + magnitude.substring(end);
    }

    /** @param prefix number of characters that stay in front of the padding with {@code =} */
    private Str padded(Str text, int prefix, char side) {
        int missing = width - text.codePoints();
        if (missing <= 0) {
            return text.asUnsafe();
        }
        int left = switch (side) {
            case '<' -> 0;
            case '^' -> missing / 2;
            default -> missing;
        };
        int inFront = side == '=' ? text.position(prefix) : 0;
        return new StrBuilder(budget)
                .append(text, 0, inFront)
                .append(fill.repeat(left))
                .append(text, inFront, text.length())
                .append(fill.repeat(missing - left))
                .build();
    }
}
