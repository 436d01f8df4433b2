package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.DictView;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Generator;
import io.inference.engine.template.value.Range;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;

/** Python's comparisons. */
public final class Compare {
    private Compare() {}

    /** One comparison operator, including {@code in} and {@code not in}. */
    public static boolean holds(String operator, Object left, Object right, Budget budget) {
        return switch (operator) {
            case "==" -> equal(left, right, budget);
            case "!=" -> !equal(left, right, budget);
            case "in" -> contains(right, left, budget);
            case "not in" -> !contains(right, left, budget);
            default -> !isUnordered(left, right) && isOrdered(operator, order(left, right, budget));
        };
    }

    private static boolean isOrdered(String operator, int order) {
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static boolean isUnordered(Object left, Object right) {
        return isNumeric(left) && isNumeric(right) && (isNan(left) || isNan(right));
    }

    private static boolean isNan(Object value) {
        return value instanceof Double d && d.isNaN();
    }

    private static boolean isNumeric(Object value) {
        return Values.isNumber(value) || value instanceof BigInteger;
    }

    public static boolean equal(Object left, Object right, Budget budget) {
        return equal(left, right, 0, budget);
    }

    private static boolean equal(Object left, Object right, int depth, Budget budget) {
        Values.checkDepth(depth);
        budget.use(left);
        if (isNumeric(left) && isNumeric(right)) {
            return !isUnordered(left, right) && numbers(left, right) == 0;
        }
        return switch (left) {
            case List<?> a when right instanceof List<?> b -> equalElements(a, b, depth, budget);
            case Tuple a when right instanceof Tuple b -> equalElements(a.elements(), b.elements(), depth, budget);
            case Range a when right instanceof Range b -> equalElements(a.elements(), b.elements(), depth, budget);
            case Dict a when right instanceof Dict b -> equalEntries(a, b, depth, budget);
            case DictView a when right instanceof DictView -> throw Failure.unsupported("comparing views of dicts");
            case Undefined a -> right instanceof Undefined;
            default -> left.equals(right);
        };
    }

    private static boolean equalElements(List<?> a, List<?> b, int depth, Budget budget) {
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

    private static boolean equalEntries(Dict a, Dict b, int depth, Budget budget) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Object item : a.items()) {
            List<Object> pair = ((Tuple) item).elements();
            Object other = b.get(pair.get(0));
            if (other == null || !equal(pair.get(1), other, depth + 1, budget)) {
                return false;
            }
        }
        return true;
    }

    /** Python's order; an error for values that have none. */
    public static int order(Object left, Object right, Budget budget) {
        return order(left, right, 0, budget);
    }

    private static int order(Object left, Object right, int depth, Budget budget) {
        Values.checkDepth(depth);
        budget.use(left);
        if (isNumeric(left) && isNumeric(right)) {
            return numbers(left, right);
        }
        return switch (left) {
            case Str a when right instanceof Str b -> texts(a.text(), b.text());
            case List<?> a when right instanceof List<?> b -> orderOfElements(a, b, depth, budget);
            case Tuple a when right instanceof Tuple b -> orderOfElements(a.elements(), b.elements(), depth, budget);
            case Undefined u -> throw u.used();
            default ->
                throw right instanceof Undefined u
                        ? u.used()
                        : new Failure(
                                "%s and %s cannot be ordered".formatted(Values.typeName(left), Values.typeName(right)));
        };
    }

    private static int orderOfElements(List<?> a, List<?> b, int depth, Budget budget) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!equal(a.get(i), b.get(i), depth + 1, budget)) {
                return order(a.get(i), b.get(i), depth + 1, budget);
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /** By code points, as Python orders texts: Java's own order differs for surrogates. */
    private static int texts(String a, String b) {
        int at = 0;
        while (at < Math.min(a.length(), b.length()) && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        if (at == a.length() || at == b.length()) {
            return Integer.compare(a.length(), b.length());
        }
        char left = a.charAt(at);
        char right = b.charAt(at);
        boolean surrogates = Character.isSurrogate(left) != Character.isSurrogate(right);
        return surrogates ? (Character.isSurrogate(left) ? 1 : -1) : Character.compare(left, right);
    }

    /** By their exact values; NaN is equal to all. */
    private static int numbers(Object left, Object right) {
        if (Values.isWhole(left) && Values.isWhole(right)) {
            return Long.compare(Values.integer(left), Values.integer(right));
        }
        double a = real(left);
        double b = real(right);
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return 0;
        }
        boolean exact =
                Double.isInfinite(a) || Double.isInfinite(b) || left instanceof Double && right instanceof Double;
        return exact ? (a < b ? -1 : a > b ? 1 : 0) : decimal(left).compareTo(decimal(right));
    }

    private static double real(Object value) {
        return value instanceof BigInteger n ? n.doubleValue() : Values.real(value);
    }

    private static BigDecimal decimal(Object value) {
        return switch (value) {
            case BigInteger n -> new BigDecimal(n);
            case Double d -> new BigDecimal(d);
            default -> BigDecimal.valueOf(Values.integer(value));
        };
    }

    public static boolean contains(Object container, Object element, Budget budget) {
        if (container instanceof Str text) {
            if (!(element instanceof Str part)) {
                throw new Failure("'in <string>' requires string as left operand, not " + Values.typeName(element));
            }
            budget.use(text);
            return text.text().contains(part.text());
        }
        if (container instanceof Dict dict) {
            return dict.get(element) != null;
        }
        if (container instanceof DictView view && view.kind() == DictView.Kind.KEYS) {
            return view.dict().get(element) != null;
        }
        if (container instanceof Generator) {
            throw Failure.unsupported("'in' of a generator (use the filter 'list' first)");
        }
        Iterator<Object> elements = Values.iterator(container, budget);
        while (elements.hasNext()) {
            if (equal(elements.next(), element, budget)) {
                return true;
            }
        }
        return false;
    }
}
