package io.inference.engine.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of a template: {@link None}, {@link Undefined}, Boolean, Long, Double, String, List, Map with string keys,
 * {@link Namespace} and {@link Callable}; and what Python makes of them.
 */
final class Values {
    private static final int DEPTH_MAX = 100;
    private static final int TEXT_MAX = 1 << 24;

    private Values() {}

    /** Takes a Java value over; anything that is no JSON-like data is an error. */
    static Object of(@Nullable Object value) {
        return of(value, 0);
    }

    private static Object of(@Nullable Object value, int depth) {
        checkDepth(depth);
        return switch (value) {
            case null -> None.NONE;
            case String s -> s;
            case Boolean b -> b;
            case Long n -> n;
            case Integer n -> n.longValue();
            case Short n -> n.longValue();
            case Byte n -> n.longValue();
            case Number n -> n.doubleValue();
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(element -> copy.add(of(element, depth + 1)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, element) -> copy.put(String.valueOf(key), of(element, depth + 1)));
                yield copy;
            }
            default -> throw new Failure("a value of " + value.getClass() + " cannot be given to a template");
        };
    }

    private static void checkDepth(int depth) {
        if (depth > DEPTH_MAX) {
            throw new Failure("a value is nested too deep");
        }
    }

    static boolean truthy(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double n -> n != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case None n -> false;
            case Undefined u -> false;
            default -> true;
        };
    }

    /** Python's {@code str}. */
    static String text(Object value) {
        return switch (value) {
            case String s -> s;
            case Undefined u -> "";
            default -> {
                StringBuilder out = new StringBuilder();
                repr(value, out, 0);
                yield out.toString();
            }
        };
    }

    private static void repr(Object value, StringBuilder out, int depth) {
        checkDepth(depth);
        if (out.length() > TEXT_MAX) {
            throw new Failure("the template makes too much text");
        }
        switch (value) {
            case None n -> out.append("None");
            case Boolean b -> out.append(b ? "True" : "False");
            case Long n -> out.append(n);
            case Double n -> out.append(number(n, "nan", "inf"));
            case String s -> quoted(s, out);
            case Undefined u -> out.append("Undefined");
            case List<?> list -> {
                out.append('[');
                String separator = "";
                for (Object element : list) {
                    out.append(separator);
                    repr(element, out, depth + 1);
                    separator = ", ";
                }
                out.append(']');
            }
            case Map<?, ?> map -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator);
                    repr(entry.getKey(), out, depth + 1);
                    out.append(": ");
                    repr(entry.getValue(), out, depth + 1);
                    separator = ", ";
                }
                out.append('}');
            }
            default -> out.append('<').append(typeName(value)).append('>');
        }
    }

    private static void quoted(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(c);
                    } else if (c < ' ' || (c >= 0x7F && c < 0xA1) || c == 0xAD) {
                        out.append("\\x%02x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append(quote);
    }

    /** Python's {@code repr} of a float: the shortest digits that give it back. */
    static String number(double value, String notANumber, String infinity) {
        if (Double.isNaN(value)) {
            return notANumber;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? infinity : "-" + infinity;
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') >= 0 ? plain : plain + ".0";
        }
        String digits = decimal.unscaledValue().abs().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return "%s%s%se%s%02d"
                .formatted(
                        value < 0 ? "-" : "", digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    static boolean equal(Object left, Object right, Budget budget) {
        return equal(left, right, 0, budget);
    }

    private static boolean equal(Object left, Object right, int depth, Budget budget) {
        checkDepth(depth);
        budget.use(left);
        if (isNumber(left) && isNumber(right)) {
            return (left instanceof Double || right instanceof Double)
                    ? real(left) == real(right)
                    : integer(left) == integer(right);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!equal(a.get(i), b.get(i), depth + 1, budget)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return a.size() == b.size()
                    && a.entrySet().stream().allMatch(it -> {
                        Object other = b.get(it.getKey());
                        return other != null && equal(it.getValue(), other, depth + 1, budget);
                    });
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        return left.equals(right);
    }

    /** Python's order; an error for values that have none. */
    static int compare(Object left, Object right, Budget budget) {
        return compare(left, right, 0, budget);
    }

    private static int compare(Object left, Object right, int depth, Budget budget) {
        checkDepth(depth);
        budget.use(left);
        if (isNumber(left) && isNumber(right)) {
            return (left instanceof Double || right instanceof Double)
                    ? Double.compare(real(left), real(right))
                    : Long.compare(integer(left), integer(right));
        }
        if (left instanceof String a && right instanceof String b) {
            return a.compareTo(b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                int order = compare(a.get(i), b.get(i), depth + 1, budget);
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(a.size(), b.size());
        }
        throw new Failure("%s and %s cannot be ordered".formatted(typeName(left), typeName(right)));
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static long integer(Object value) {
        return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
    }

    static double real(Object value) {
        return value instanceof Double d ? d : integer(value);
    }

    /** The elements that a loop over the value takes. */
    static List<Object> iterate(Object value, Budget budget) {
        List<Object> elements = switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case Undefined u -> List.of();
            case String text -> {
                budget.work(text.length());
                List<Object> characters = new ArrayList<>();
                text.codePoints().forEach(it -> characters.add(Character.toString(it)));
                yield characters;
            }
            default -> throw new Failure("'" + typeName(value) + "' object is not iterable");
        };
        budget.work(elements.size());
        return elements;
    }

    static int length(Object value) {
        return switch (value) {
            case String s -> s.codePointCount(0, s.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            default -> throw new Failure("'" + typeName(value) + "' object has no length");
        };
    }

    static boolean contains(Object container, Object element, Budget budget) {
        return switch (container) {
            case String text -> {
                if (!(element instanceof String part)) {
                    throw new Failure("'in <string>' requires string as left operand, not " + typeName(element));
                }
                budget.work(text.length() / 16);
                yield text.contains(part);
            }
            case Map<?, ?> map -> element instanceof String && map.containsKey(element);
            default -> iterate(container, budget).stream().anyMatch(it -> equal(it, element, budget));
        };
    }

    static String typeName(Object value) {
        return switch (value) {
            case None n -> "NoneType";
            case Boolean b -> "bool";
            case Long n -> "int";
            case Double n -> "float";
            case String s -> "str";
            case List<?> list -> "list";
            case Map<?, ?> map -> "dict";
            case Undefined u -> "Undefined";
            case Namespace n -> "Namespace";
            default -> "function";
        };
    }
}
