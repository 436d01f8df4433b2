package io.inference.engine.template.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Evaluated arguments of a call. */
public record Args(List<Object> positional, Map<String, Object> named) {
    public static final Args NONE = new Args(List.of(), Map.of());

    /** The arguments by parameters, each given by position or by name, and no others. */
    public Bound bind(String... parameters) {
        Bound bound = byPosition(parameters);
        named.forEach((name, value) -> {
            int index = Arrays.asList(parameters).indexOf(name);
            if (index < 0) {
                throw new Failure("there is no argument '" + name + "'");
            }
            if (bound.values[index] != null) {
                throw new Failure("the argument '" + name + "' is given twice");
            }
            bound.values[index] = value;
        });
        return bound;
    }

    /** The arguments by parameters that can be given by position alone. */
    public Bound bindPositional(String... parameters) {
        if (!named.isEmpty()) {
            throw new Failure("no arguments by name are taken");
        }
        return byPosition(parameters);
    }

    private Bound byPosition(String... parameters) {
        if (positional.size() > parameters.length) {
            throw new Failure(
                    "%d arguments at most are taken, %d are given".formatted(parameters.length, positional.size()));
        }
        @Nullable Object[] values = new @Nullable Object[parameters.length];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        return new Bound(parameters, values);
    }

    /** All but the first positional arguments. */
    public Args from(int index) {
        return new Args(positional.subList(Math.min(index, positional.size()), positional.size()), named);
    }

    /** The same with an additional argument by name. */
    public Args with(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(named);
        all.put(name, value);
        return new Args(new ArrayList<>(positional), all);
    }

    /** Arguments by parameter, if they are given. */
    public static final class Bound {
        private final String[] parameters;
        private final @Nullable Object[] values;

        private Bound(String[] parameters, @Nullable Object[] values) {
            this.parameters = parameters;
            this.values = values;
        }

        public boolean isGiven(int index) {
            return values[index] != null;
        }

        /** Whether it is given and not None. */
        public boolean hasValue(int index) {
            return values[index] != null && !(values[index] instanceof None);
        }

        public Object get(int index, Object otherwise) {
            Object value = values[index];
            return value == null ? otherwise : value;
        }

        public Object required(int index) {
            Object value = values[index];
            if (value == null) {
                throw new Failure("argument '" + parameters[index] + "' is missing");
            }
            return value;
        }

        public Str string(int index) {
            return switch (required(index)) {
                case Str text -> text;
                case Undefined u -> throw u.used();
                default -> throw wrong(index, "a string");
            };
        }

        public Str string(int index, Str otherwise) {
            return isGiven(index) ? string(index) : otherwise;
        }

        /** A text, or null if it is not given or None. */
        public @Nullable Str optionalString(int index) {
            return hasValue(index) ? string(index) : null;
        }

        public long integer(int index) {
            return switch (required(index)) {
                case Long number -> number;
                case Boolean flag -> flag ? 1 : 0;
                case Undefined u -> throw u.used();
                default -> throw wrong(index, "an integer");
            };
        }

        public long integer(int index, long otherwise) {
            return isGiven(index) ? integer(index) : otherwise;
        }

        /** An integer, or nothing if it is not given or None. */
        public OptionalLong optionalInteger(int index) {
            return hasValue(index) ? OptionalLong.of(integer(index)) : OptionalLong.empty();
        }

        private Failure wrong(int index, String wanted) {
            return new Failure("argument '%s' must be %s".formatted(parameters[index], wanted));
        }
    }
}
