package io.inference.config;

import java.util.Collection;
import java.util.Comparator;

/** Hints for names that are not known. */
public final class Names {
    /** A third of its letters may be wrong. */
    private static final int ALIKE = 3;

    private static final int ALWAYS_ALIKE = 2;

    private Names() {}

    /** {@code ; did you mean 'x'?}, or an empty text if no name is similar. */
    public static String didYouMean(String name, Collection<String> known) {
        return known.stream()
                .filter(other -> !other.equals(name))
                .filter(other -> EditDistance.between(name, other) <= Math.max(ALWAYS_ALIKE, name.length() / ALIKE))
                .min(Comparator.comparingInt((String other) -> EditDistance.between(name, other))
                        .thenComparing(Comparator.naturalOrder()))
                .map(nearest -> "; did you mean '" + nearest + "'?")
                .orElse("");
    }
}
