package io.inference.api.message;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a JSON object that this service does not model, or models only in part: they are passed on as they came.
 *
 * @param format the API whose fields they are; only a backend and a door of the same API pass them on
 * @param fields values as JSON text by name, in the order in which they came; never null
 */
public record Extras(Format format, Map<String, String> fields) {
    public static final Extras NONE = new Extras(Format.OPENAI, Map.of());

    /** An API with fields of its own. */
    public enum Format {
        OPENAI,
        OLLAMA
    }

    public Extras {
        format = fields.isEmpty() ? Format.OPENAI : format;
        fields = fields.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Fields of OpenAI's API. */
    public static Extras openAi(Map<String, String> fields) {
        return fields.isEmpty() ? NONE : new Extras(Format.OPENAI, fields);
    }

    /** Fields of Ollama's API. */
    public static Extras ollama(Map<String, String> fields) {
        return fields.isEmpty() ? NONE : new Extras(Format.OLLAMA, fields);
    }

    public boolean isEmpty() {
        return fields.isEmpty();
    }

    /** The value as JSON text; null if there is no such field. */
    public @Nullable String json(String name) {
        return fields.get(name);
    }

    /** The fields of one API; none if they are of another. */
    public Extras of(Format wanted) {
        return format == wanted ? this : NONE;
    }

    /** These fields and those that came later: lists of the same name are joined, other values are replaced. */
    public Extras merge(Extras later) {
        if (later.isEmpty() || isEmpty()) {
            return isEmpty() ? later : this;
        }
        Map<String, String> merged = new LinkedHashMap<>(fields);
        later.fields.forEach((name, json) -> merged.merge(name, json, Extras::joined));
        return new Extras(format, merged);
    }

    /** Without the fields of the given names. */
    public Extras without(Predicate<String> names) {
        if (fields.keySet().stream().noneMatch(names)) {
            return this;
        }
        Map<String, String> left = new LinkedHashMap<>(fields);
        left.keySet().removeIf(names);
        return new Extras(format, left);
    }

    /** With each value replaced by another JSON text. */
    public Extras map(UnaryOperator<String> change) {
        if (isEmpty()) {
            return this;
        }
        Map<String, String> changed = new LinkedHashMap<>(fields);
        changed.replaceAll((name, json) -> change.apply(json));
        return new Extras(format, changed);
    }

    private static String joined(String first, String second) {
        if (!first.startsWith("[") || !second.startsWith("[")) {
            return second;
        }
        String start = first.substring(0, first.length() - 1).stripTrailing();
        String end = second.substring(1).stripLeading();
        boolean between = !start.equals("[") && !end.equals("]");
        return start + (between ? "," : "") + end;
    }
}
