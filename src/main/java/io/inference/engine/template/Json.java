package io.inference.engine.template;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code json.dumps} as Hugging Face's tojson calls it: no HTML escapes, text kept as it is unless asked. */
final class Json {
    private static final int DEPTH_MAX = 100;

    private final StringBuilder out = new StringBuilder();
    private final Budget budget;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean ascii;
    private final boolean sortKeys;

    /** {@code indent} is what one level is indented by; empty for everything on one line. */
    private Json(Callable.Args args, Budget budget) {
        this.budget = budget;
        this.ascii = args.bool(0, "ensure_ascii", false);
        Object width = args.get(1, "indent", None.NONE);
        this.indent = width instanceof String text ? text : " ".repeat(Math.clamp(args.integer(1, "indent", 0), 0, 64));
        boolean separators = args.given(2, "separators") instanceof List<?> list && list.size() == 2;
        List<?> pair = separators && args.given(2, "separators") instanceof List<?> list ? list : List.of();
        this.itemSeparator = separators ? Values.text(pair.get(0)) : indent.isEmpty() ? ", " : ",";
        this.keySeparator = separators ? Values.text(pair.get(1)) : ": ";
        this.sortKeys = args.bool(3, "sort_keys", false);
    }

    static String dumps(Object value, Callable.Args args, Budget budget) {
        Json json = new Json(args, budget);
        json.write(value, 0);
        budget.text(json.out.length());
        return json.out.toString();
    }

    private void write(Object value, int depth) {
        budget.work(1);
        if (depth > DEPTH_MAX || out.length() > 1 << 24) {
            throw new Failure("a value is too deep or too large for tojson");
        }
        switch (value) {
            case None n -> out.append("null");
            case Boolean b -> out.append(b);
            case Long n -> out.append(n);
            case Double n -> out.append(Values.number(n, "NaN", "Infinity"));
            case String s -> string(s);
            case List<?> list -> list(list, depth);
            case Map<?, ?> map -> map(sortKeys ? new TreeMap<>(map) : map, depth);
            case Undefined u -> throw u.used();
            default -> throw new Failure("Object of type " + Values.typeName(value) + " is not JSON serializable");
        }
    }

    private void list(List<?> list, int depth) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        String separator = "";
        for (Object element : list) {
            out.append(separator);
            newLine(depth + 1);
            write(element, depth + 1);
            separator = itemSeparator;
        }
        newLine(depth);
        out.append(']');
    }

    private void map(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            newLine(depth + 1);
            string((String) entry.getKey());
            out.append(keySeparator);
            write(entry.getValue(), depth + 1);
            separator = itemSeparator;
        }
        newLine(depth);
        out.append('}');
    }

    private void newLine(int depth) {
        if (!indent.isEmpty()) {
            out.append('\n').repeat(indent, depth);
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || (ascii && c > '~')) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
