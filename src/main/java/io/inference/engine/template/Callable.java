package io.inference.engine.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that a template can call. */
@FunctionalInterface
interface Callable {
    Object call(Args args);

    /** Evaluated arguments. */
    record Args(List<Object> positional, Map<String, Object> named) {
        static final Args NONE = new Args(List.of(), Map.of());

        /** The argument at a position or of a name, or null where it was not given. */
        @Nullable
        Object given(int index, String name) {
            return index < positional.size() ? positional.get(index) : named.get(name);
        }

        Object get(int index, String name, Object otherwise) {
            Object value = given(index, name);
            return value == null ? otherwise : value;
        }

        Object required(int index, String name) {
            Object value = given(index, name);
            if (value == null) {
                throw new Failure("argument '" + name + "' is missing");
            }
            return value;
        }

        String string(int index, String name) {
            if (required(index, name) instanceof String text) {
                return text;
            }
            throw new Failure("argument '" + name + "' must be a string");
        }

        int integer(int index, String name, int otherwise) {
            Object value = get(index, name, (long) otherwise);
            if (value instanceof Long number) {
                return Math.clamp(number, Integer.MIN_VALUE + 1, Integer.MAX_VALUE);
            }
            if (value instanceof None) {
                return otherwise;
            }
            throw new Failure("argument '" + name + "' must be an integer");
        }

        boolean bool(int index, String name, boolean otherwise) {
            return Values.truthy(get(index, name, otherwise));
        }

        Args from(int index) {
            return new Args(positional.subList(Math.min(index, positional.size()), positional.size()), named);
        }
    }
}
