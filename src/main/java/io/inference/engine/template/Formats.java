package io.inference.engine.template;

import java.util.List;
import java.util.Map;

/** Python's two ways of putting values into a text, as far as templates use them. */
final class Formats {
    private Formats() {}

    /** {@code '%s' % value}: %s, %r, %d, %% without widths. */
    static String percent(String format, Object values, Budget budget) {
        List<?> list = values instanceof List<?> many ? many : List.of(values);
        StringBuilder out = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            char kind = c == '%' && i + 1 < format.length() ? format.charAt(++i) : 0;
            if (kind == 0 || kind == '%') {
                out.append(c);
                continue;
            }
            if (next >= list.size()) {
                throw new Failure("not enough arguments for format string");
            }
            Object value = list.get(next++);
            String text = switch (kind) {
                case 's' -> Values.text(value);
                case 'r' -> Values.text(List.of(value)).substring(1).replaceFirst("]$", "");
                case 'd', 'i' -> String.valueOf((long) Values.real(number(value)));
                default -> throw new Failure("unsupported format character '" + kind + "'");
            };
            budget.text(text.length());
            out.append(text);
        }
        if (next < list.size()) {
            throw new Failure("not all arguments converted during string formatting");
        }
        return out.toString();
    }

    private static Object number(Object value) {
        if (Values.isNumber(value)) {
            return value;
        }
        throw new Failure("%d format: a number is required, not " + Values.typeName(value));
    }

    /** {@code '{} {0} {name}'.format(…)}, without format specifications. */
    static String braces(String format, Callable.Args args, Budget budget) {
        StringBuilder out = new StringBuilder();
        int automatic = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean doubled = i + 1 < format.length() && format.charAt(i + 1) == c;
            if ((c != '{' && c != '}') || doubled) {
                out.append(c);
                i += c == '{' || c == '}' ? 1 : 0;
                continue;
            }
            int close = format.indexOf('}', i);
            if (c == '}' || close < 0) {
                throw new Failure("a single '" + c + "' in a format string");
            }
            String field = format.substring(i + 1, close);
            String text = Values.text(field(field.isEmpty() ? String.valueOf(automatic++) : field, args));
            budget.text(text.length());
            out.append(text);
            i = close;
        }
        return out.toString();
    }

    private static Object field(String name, Callable.Args args) {
        boolean index = name.length() < 6 && !name.isEmpty() && name.chars().allMatch(Character::isDigit);
        Map<String, Object> named = args.named();
        Object value = index ? args.given(Integer.parseInt(name), name) : named.get(name);
        if (value == null) {
            throw new Failure("format string names '" + name + "', which was not given");
        }
        return value;
    }
}
