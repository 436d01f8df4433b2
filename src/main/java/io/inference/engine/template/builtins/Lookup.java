package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Namespace;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code value.name} and {@code value[key]}: entries, elements, and the allowed methods. */
public final class Lookup {
    private final Budget budget;
    private final Methods methods;

    public Lookup(Budget budget) {
        this.budget = budget;
        this.methods = new Methods(budget, new StringMethods(budget, new BraceFormat(budget, this)));
    }

    /** A value with attributes of its own, such as {@code loop}. */
    @FunctionalInterface
    public interface Attributes {
        /** The attribute, or null if there is none of that name. */
        @Nullable
        Object attribute(String name);
    }

    /** {@code target.name}: an attribute, else an entry. */
    public Object attribute(Object target, String name) {
        if (target instanceof Undefined undefined) {
            throw undefined.used();
        }
        Object found = ownAttribute(target, name);
        if (found == null && target instanceof Dict dict) {
            found = dict.get(name);
        }
        return found == null ? missing(target, "attribute '" + name + "'") : found;
    }

    /** The same without entries. */
    Object methodOrAttribute(Object target, String name) {
        if (target instanceof Undefined undefined) {
            throw undefined.used();
        }
        Object found = ownAttribute(target, name);
        return found == null ? missing(target, "attribute '" + name + "'") : found;
    }

    private @Nullable Object ownAttribute(Object target, String name) {
        budget.use(target);
        return switch (target) {
            case Namespace namespace -> namespace.attributes().get(name);
            case Attributes attributes -> attributes.attribute(name);
            default -> methods.of(target, name);
        };
    }

    /** {@code target[key]}: an element or entry, else an attribute. */
    public Object item(Object target, Object key) {
        budget.work(1);
        Object found = switch (target) {
            case Undefined undefined -> throw undefined.used();
            case Dict dict -> Dict.isHashable(key) ? dict.get(key) : null;
            case Str text when Values.isWhole(key) -> character(text, Values.integer(key));
            case Object sequence
            when Values.isIndexed(sequence) && Values.isWhole(key) ->
                element(Values.indexed(sequence), Values.integer(key));
            default -> null;
        };
        if (found == null && key instanceof Str name) {
            found = ownAttribute(target, name.text());
        }
        return found == null ? missing(target, "element " + shown(key)) : found;
    }

    private String shown(Object key) {
        boolean simple = key instanceof Str || key instanceof Long || key instanceof BigInteger;
        return simple ? Repr.of(key, budget).text() : "of type " + Values.typeName(key);
    }

    private static Undefined missing(Object target, String what) {
        return new Undefined("'%s' object has no %s".formatted(Values.typeName(target), what));
    }

    private static @Nullable Object element(List<?> list, long index) {
        long from = index < 0 ? index + list.size() : index;
        return from >= 0 && from < list.size() ? list.get((int) from) : null;
    }

    private static @Nullable Object character(Str text, long index) {
        long from = index < 0 ? index + text.codePoints() : index;
        return from >= 0 && from < text.codePoints() ? text.sliceCodePoints((int) from, (int) from + 1) : null;
    }

    /** {@code a.b.0}: keys and indexes, one after the other, as filters take them by {@code attribute}. */
    Object path(Object value, Object path, @Nullable Object otherwise) {
        Object current = value;
        for (Object part : parts(path)) {
            current = item(current, part);
            if (otherwise != null && current instanceof Undefined) {
                current = otherwise;
            }
        }
        return current;
    }

    private static List<Object> parts(Object path) {
        if (path instanceof None) {
            return List.of();
        }
        if (!(path instanceof Str text)) {
            return List.of(path);
        }
        List<Object> parts = new ArrayList<>();
        for (Object part : Strings.split(text, Str.of("."), -1)) {
            String name = ((Str) part).text();
            boolean index =
                    !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
            parts.add(index ? (Object) Long.valueOf(name) : part);
        }
        return parts;
    }
}
