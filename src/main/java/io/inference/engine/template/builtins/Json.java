package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code json.dumps} as Hugging Face's tojson calls it: no HTML escapes, text kept as it is unless asked. */
final class Json {
    private static final int DEPTH_MAX = 100;

    private final StrBuilder out;
    private final Budget budget;

    /** The indentation of one level; null for everything on one line. */
    private final @Nullable Str indent;

    private final Str itemSeparator;
    private final Str keySeparator;
    private final boolean ascii;
    private final boolean sortKeys;

    private Json(Args.Bound given, Budget budget) {
        this.budget = budget;
        this.out = new StrBuilder(budget);
        this.ascii = Values.truthy(given.get(0, false));
        this.indent = indent(given);
        List<Object> separators = given.hasValue(2)
                ? Values.list(given.required(2), budget)
                : List.of(Str.of(indent == null ? ", " : ","), Str.of(": "));
        if (separators.size() != 2
                || !(separators.get(0) instanceof Str item)
                || !(separators.get(1) instanceof Str key)) {
            throw new Failure("separators must be two strings");
        }
        this.itemSeparator = item;
        this.keySeparator = key;
        this.sortKeys = Values.truthy(given.get(3, false));
    }

    private static @Nullable Str indent(Args.Bound given) {
        if (!given.hasValue(1)) {
            return null;
        }
        return given.required(1) instanceof Str text
                ? text
                : Str.of(" ".repeat((int) Math.clamp(given.integer(1), 0, 1000)));
    }

    static Str dumps(Object value, Args args, Budget budget) {
        Json json = new Json(args.bind("ensure_ascii", "indent", "separators", "sort_keys"), budget);
        json.write(value, 0);
        return json.out.build();
    }

    private void write(Object value, int depth) {
        budget.work(1);
        if (depth > DEPTH_MAX) {
            throw new Failure("a value is too deep for tojson");
        }
        switch (value) {
            case Str text -> string(text);
            case List<?> list -> list(list, depth);
            case Tuple tuple -> list(tuple.elements(), depth);
            case Dict dict -> dict(dict, depth);
            default -> {
                String scalar = scalar(value);
                if (scalar == null) {
                    throw new Failure("Object of type " + Values.typeName(value) + " is not JSON serializable");
                }
                out.append(scalar);
            }
        }
    }

    private static @Nullable String scalar(Object value) {
        return switch (value) {
            case None n -> "null";
            case Boolean b -> b.toString();
            case Long n -> n.toString();
            case BigInteger n -> n.toString();
            case Double d when d.isNaN() -> "NaN";
            case Double d when d.isInfinite() -> d > 0 ? "Infinity" : "-Infinity";
            case Double d -> Repr.number(d);
            default -> null;
        };
    }

    private void list(List<?> list, int depth) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append("[");
        boolean first = true;
        for (Object element : list) {
            next(first, depth + 1);
            write(element, depth + 1);
            first = false;
        }
        newLine(depth);
        out.append("]");
    }

    private void dict(Dict dict, int depth) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        List<Object> items = dict.items();
        if (sortKeys) {
            budget.work(items.size() * 16L);
            items.sort((a, b) -> Compare.order(key(a), key(b), budget));
        }
        out.append("{");
        boolean first = true;
        for (Object item : items) {
            next(first, depth + 1);
            key(key(item), out);
            out.append(keySeparator);
            write(((Tuple) item).elements().get(1), depth + 1);
            first = false;
        }
        newLine(depth);
        out.append("}");
    }

    private static Object key(Object item) {
        return ((Tuple) item).elements().getFirst();
    }

    private void key(Object key, StrBuilder into) {
        if (key instanceof Str text) {
            string(text);
            return;
        }
        String scalar = scalar(key);
        if (scalar == null) {
            throw new Failure("keys must be str, int, float, bool or None, not " + Values.typeName(key));
        }
        into.append('"').append(scalar).append('"');
    }

    private void next(boolean first, int depth) {
        if (!first) {
            out.append(itemSeparator);
        }
        newLine(depth);
    }

    private void newLine(int depth) {
        if (indent == null) {
            return;
        }
        out.append("\n");
        for (int i = 0; i < depth; i++) {
            out.append(indent);
        }
    }

    private void string(Str value) {
        String text = value.text();
        out.append('"');
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            String escaped = escaped(text.charAt(i));
            if (escaped != null) {
                out.append(value, plain, i).append(escaped, value, i, i + 1);
                plain = i + 1;
            }
        }
        out.append(value, plain, text.length()).append('"');
    }

    private @Nullable String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> c < ' ' || (ascii && c > '~') ? "\\u%04x".formatted((int) c) : null;
        };
    }
}
