package io.inference.engine.template;

import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converts JSON-like Java values into values of the template language, and counts their size. */
final class Conversation {
    private static final int DEPTH_MAX = 100;

    /** The template decides how a role is written: many write it into a control token. */
    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "assistant", "tool", "function", "ipython");

    private long chars;

    /** The characters of all texts so far. */
    long chars() {
        return chars;
    }

    /**
     * The value in the language. Numbers have no origin: digits that a template writes into a control token are its
     * own.
     *
     * @param callers whether a caller wrote it, rather than the operator
     */
    Object value(@Nullable Object value, boolean callers) {
        return value(value, "", callers, 0);
    }

    private Object value(@Nullable Object value, String key, boolean callers, int depth) {
        if (depth > DEPTH_MAX) {
            throw new Failure("a value is nested too deep");
        }
        return switch (value) {
            case null -> None.NONE;
            case String text -> text(text, callers && !(key.equals("role") && ROLES.contains(text)));
            case Boolean b -> b;
            case Number number -> number(number);
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(element -> copy.add(value(element, key, callers, depth + 1)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Dict copy = new Dict();
                map.forEach((name, element) -> copy.put(
                        text(String.valueOf(name), callers), value(element, String.valueOf(name), callers, depth + 1)));
                yield copy;
            }
            default -> throw new Failure("a value of " + value.getClass() + " cannot be given to a template");
        };
    }

    private Str text(String text, boolean callers) {
        chars += text.length();
        return callers ? Str.ofCaller(text) : Str.of(text);
    }

    private static Object number(Number number) {
        return switch (number) {
            case Long n -> n;
            case Integer n -> n.longValue();
            case Short n -> n.longValue();
            case Byte n -> n.longValue();
            case BigInteger n -> n.bitLength() < Long.SIZE ? (Object) n.longValue() : n;
            default -> number.doubleValue();
        };
    }
}
