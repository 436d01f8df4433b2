package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.FormatSpec;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code '{} {0} {name.attribute[key]!r:>8}'.format(…)}. */
final class BraceFormat {
    private static final Pattern NAME = Pattern.compile("([^.\\[]*)((?:\\.[^.\\[]+|\\[[^\\]]+\\])*)", Pattern.DOTALL);
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]", Pattern.DOTALL);

    private final Budget budget;
    private final Lookup lookup;

    BraceFormat(Budget budget, Lookup lookup) {
        this.budget = budget;
        this.lookup = lookup;
    }

    Str format(Str format, Args args) {
        return new Run(
                        args.positional().size(),
                        args.positional()::get,
                        named -> args.named().get(named.text()))
                .format(format, 2);
    }

    Str formatMap(Str format, Object mapping) {
        if (!(mapping instanceof Dict dict)) {
            throw new Failure("format_map: a mapping expected, not " + Values.typeName(mapping));
        }
        return new Run(0, index -> index, dict::get).format(format, 2);
    }

    /** One formatting, which counts the fields without a name. */
    private final class Run {
        private final int size;
        private final Function<Integer, Object> positional;
        private final Function<Str, @Nullable Object> named;
        private int automatic;
        private boolean numbered;

        Run(int size, Function<Integer, Object> positional, Function<Str, @Nullable Object> named) {
            this.size = size;
            this.positional = positional;
            this.named = named;
        }

        Str format(Str format, int depth) {
            if (depth < 0) {
                throw new Failure("Max string recursion exceeded");
            }
            StrBuilder out = new StrBuilder(budget);
            String text = format.text();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c != '{' && c != '}') {
                    out.append(format, i, i + 1);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == c) {
                    out.append(format, i, i + 1);
                    i++;
                } else if (c == '}') {
                    throw new Failure("Single '}' encountered in format string");
                } else {
                    int close = closing(text, i);
                    out.append(field(format.slice(i + 1, close), depth));
                    i = close;
                }
            }
            return out.build();
        }

        private int closing(String text, int open) {
            int depth = 0;
            boolean key = false;
            for (int i = open; i < text.length(); i++) {
                char c = text.charAt(i);
                key = depth == 1 && c == '[' || key && c != ']';
                depth += key ? 0 : c == '{' ? 1 : c == '}' ? -1 : 0;
                if (depth == 0) {
                    return i;
                }
            }
            throw new Failure("expected '}' before end of string");
        }

        private Str field(Str field, int depth) {
            String text = field.text();
            int end = 0;
            boolean key = false;
            while (end < text.length() && (key || "!:".indexOf(text.charAt(end)) < 0)) {
                char c = text.charAt(end);
                if (c == '{' && !key) {
                    throw new Failure("unexpected '{' in field name");
                }
                key = c == '[' || key && c != ']';
                end++;
            }
            boolean converts = end < text.length() && text.charAt(end) == '!';
            if (converts && (end + 2 > text.length() || end + 2 < text.length() && text.charAt(end + 2) != ':')) {
                throw new Failure("expected ':' after conversion specifier");
            }
            Object value = value(text.substring(0, end));
            Object converted = converts ? converted(value, text.charAt(end + 1)) : value;
            int spec = Math.min(converts ? end + 3 : end + 1, text.length());
            return FormatSpec.format(converted, format(field.slice(spec, text.length()), depth - 1), budget);
        }

        private Str converted(Object value, char kind) {
            return switch (kind) {
                case 's' -> Repr.text(value, budget);
                case 'r' -> Repr.of(value, budget);
                case 'a' -> throw Failure.unsupported("the conversion !a");
                default -> throw new Failure("Unknown conversion specifier " + kind);
            };
        }

        private Object value(String field) {
            Matcher parts = NAME.matcher(field);
            if (!parts.matches()) {
                throw new Failure("a malformed field '" + field + "' in a format string");
            }
            Object value = first(parts.group(1));
            Matcher step = STEP.matcher(parts.group(2));
            while (step.find()) {
                String key = step.group(2);
                value = key == null
                        ? lookup.attribute(value, step.group(1))
                        : lookup.item(value, isNumber(key) ? (Object) Long.valueOf(key) : Str.of(key));
            }
            return value;
        }

        private Object first(String name) {
            if (name.isEmpty() || isNumber(name)) {
                if (numbered != !name.isEmpty() && (automatic > 0 || numbered)) {
                    throw new Failure("automatic and manual field numbering cannot be mixed");
                }
                numbered = !name.isEmpty();
                int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
                if (index >= size) {
                    throw new Failure("Replacement index " + index + " out of range for positional args tuple");
                }
                return positional.apply(index);
            }
            Object value = named.apply(Str.of(name));
            if (value == null) {
                throw new Failure("format string names '" + name + "', which was not given");
            }
            return value;
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
