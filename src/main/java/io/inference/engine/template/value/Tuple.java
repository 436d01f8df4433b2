package io.inference.engine.template.value;

import java.util.List;

/**
 * Python's tuple.
 *
 * @param names of the elements as attributes, in their order; empty for a plain tuple
 */
public record Tuple(List<Object> elements, List<String> names) {
    public Tuple(List<Object> elements) {
        this(elements, List.of());
    }

    public static Tuple of(Object... elements) {
        return new Tuple(List.of(elements));
    }
}
