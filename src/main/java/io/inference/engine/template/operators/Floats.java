package io.inference.engine.template.operators;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's texts of floats, rounded from the exact value. */
final class Floats {
    private Floats() {}

    /** Infinity and NaN, as Python writes them. */
    static String special(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }

    static boolean isSpecial(double value) {
        return Double.isNaN(value) || Double.isInfinite(value);
    }

    private static boolean isNegative(double value) {
        return value < 0 || (value == 0 && 1 / value < 0);
    }

    private static String signed(double value, String magnitude) {
        return isNegative(value) ? "-" + magnitude : magnitude;
    }

    /** {@code repr}: the shortest digits that parse to the same number. */
    static String shortest(double value) {
        if (isSpecial(value)) {
            return special(value);
        }
        if (value == 0) {
            return signed(value, "0.0");
        }
        BigDecimal decimal = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        // Java writes at least two digits.
        BigDecimal shorter = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
        decimal = shorter.doubleValue() == Math.abs(value) ? shorter : decimal;
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return signed(value, plain.indexOf('.') >= 0 ? plain : plain + ".0");
        }
        return signed(value, scientific(decimal.unscaledValue().toString(), exponent));
    }

    private static String scientific(String digits, int exponent) {
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String power = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : String.valueOf(Math.abs(exponent));
        return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + power;
    }

    /** {@code %.<precision>f}. */
    static String fixed(double value, int precision) {
        return isSpecial(value)
                ? special(value)
                : signed(
                        value,
                        new BigDecimal(Math.abs(value))
                                .setScale(precision, RoundingMode.HALF_EVEN)
                                .toPlainString());
    }

    /** {@code %.<precision>e}. */
    static String exponential(double value, int precision) {
        if (isSpecial(value)) {
            return special(value);
        }
        if (value == 0) {
            return signed(value, "0" + (precision > 0 ? "." + "0".repeat(precision) : "") + "e+00");
        }
        BigDecimal rounded = rounded(value, precision + 1);
        String digits = rounded.unscaledValue().toString();
        String padded = digits + "0".repeat(Math.max(0, precision + 1 - digits.length()));
        return signed(value, scientific(padded.substring(0, precision + 1), exponent(rounded)));
    }

    private static BigDecimal rounded(double value, int digits) {
        return new BigDecimal(Math.abs(value)).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    }

    private static int exponent(BigDecimal decimal) {
        return decimal.precision() - decimal.scale() - 1;
    }

    /**
     * {@code %.<precision>g}.
     *
     * @param keepsZeros whether zeros at the end stay ({@code #})
     * @param pointed whether a whole number gets {@code .0}, and an exponent is written for one digit less
     */
    static String general(double value, int precision, boolean keepsZeros, boolean pointed) {
        if (isSpecial(value)) {
            return special(value);
        }
        int digits = Math.max(1, precision);
        BigDecimal rounded = value == 0 ? BigDecimal.ZERO : rounded(value, digits);
        int exponent = value == 0 ? 0 : exponent(rounded);
        if (exponent < -4 || exponent >= (pointed ? digits - 1 : digits)) {
            String text = exponential(value, digits - 1);
            int e = text.indexOf('e');
            return keepsZeros ? text : withoutZeros(text.substring(0, e)) + text.substring(e);
        }
        String plain = fixed(value, Math.max(0, digits - 1 - exponent));
        String text = keepsZeros ? plain : withoutZeros(plain);
        return pointed && text.indexOf('.') < 0 ? text + ".0" : text;
    }

    private static String withoutZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }
}
