package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.DictView;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Namespace;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Range;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Python's {@code str} and {@code repr}. */
public final class Repr {
    private final StrBuilder out;
    private final Budget budget;

    private Repr(Budget budget) {
        this.out = new StrBuilder(budget);
        this.budget = budget;
    }

    /** {@code str(value)}. */
    public static Str text(Object value, Budget budget) {
        return switch (value) {
            case Str s -> s;
            case Undefined u -> Str.EMPTY;
            default -> of(value, budget);
        };
    }

    /** {@code repr(value)}. */
    public static Str of(Object value, Budget budget) {
        Repr repr = new Repr(budget);
        repr.write(value, 0);
        return repr.out.build();
    }

    /** {@code repr} of a float. */
    public static String number(double value) {
        return Floats.shortest(value);
    }

    private void write(Object value, int depth) {
        Values.checkDepth(depth);
        budget.work(1);
        switch (value) {
            case None n -> out.append("None");
            case Boolean b -> out.append(b ? "True" : "False");
            case Long n -> out.append(Long.toString(n));
            case BigInteger n -> out.append(n.toString());
            case Double n -> out.append(number(n));
            case Str s -> quoted(s);
            case Undefined u -> out.append("Undefined");
            case List<?> list -> elements("[", list, "]", depth);
            case Tuple tuple -> elements("(", tuple.elements(), tuple.elements().size() == 1 ? ",)" : ")", depth);
            case Range range -> range(range);
            case Dict dict -> dict(dict, depth);
            case DictView view -> elements(view.kind().typeName() + "([", view.elements(), "])", depth);
            case Namespace namespace -> namespace(namespace, depth);
            default -> write(value);
        }
    }

    private void write(Object value) {
        if (!(value instanceof Shown shown)) {
            throw Failure.unsupported("a " + Values.typeName(value) + " as text");
        }
        out.append(shown.shown());
    }

    /** A value of a class of this interpreter that has a text in Python. */
    @FunctionalInterface
    public interface Shown {
        String shown();
    }

    private void elements(String open, List<?> elements, String close, int depth) {
        out.append(open);
        String separator = "";
        for (Object element : elements) {
            out.append(separator);
            write(element, depth + 1);
            separator = ", ";
        }
        out.append(close);
    }

    private void range(Range range) {
        out.append("range(" + range.start() + ", " + range.stop());
        out.append(range.step() == 1 ? ")" : ", " + range.step() + ")");
    }

    private void dict(Dict dict, int depth) {
        out.append("{");
        String separator = "";
        for (Object item : dict.items()) {
            List<Object> pair = ((Tuple) item).elements();
            out.append(separator);
            write(pair.get(0), depth + 1);
            out.append(": ");
            write(pair.get(1), depth + 1);
            separator = ", ";
        }
        out.append("}");
    }

    private void namespace(Namespace namespace, int depth) {
        Dict attributes = new Dict();
        for (Map.Entry<String, Object> entry : namespace.attributes().entrySet()) {
            attributes.put(Str.of(entry.getKey()), entry.getValue());
        }
        out.append("<Namespace ");
        dict(attributes, depth);
        out.append(">");
    }

    private void quoted(Str value) {
        if (value.isSafe()) {
            out.append("Markup(");
        }
        String text = value.text();
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        int plain = 0;
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            String escaped = escaped(codePoint, quote);
            if (!escaped.isEmpty()) {
                out.append(value, plain, at).append(escaped, value, at, next);
                plain = next;
            }
            at = next;
        }
        out.append(value, plain, text.length()).append(quote);
        if (value.isSafe()) {
            out.append(")");
        }
    }

    /** The escape of a character in a literal; empty for a character that needs none. */
    private static String escaped(int codePoint, char quote) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\' -> "\\\\";
            default -> codePoint == quote ? "\\" + quote : isPrintable(codePoint) ? "" : hex(codePoint);
        };
    }

    private static String hex(int codePoint) {
        return codePoint < 0x100
                ? "\\x%02x".formatted(codePoint)
                : codePoint < 0x10000 ? "\\u%04x".formatted(codePoint) : "\\U%08x".formatted(codePoint);
    }

    /** {@code str.isprintable} of one character. */
    public static boolean isPrintable(int codePoint) {
        if (codePoint < 0x7F) {
            return codePoint >= ' ';
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }
}
