package io.inference.engine.batch;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Key of a full page: its own tokens, after those of the page before it. Compared by value, so that two prompts share a
 * page only if every token up to its end is the same.
 *
 * @param previous the {@link Page#id} of the page before, or 0 for a first page
 */
record PrefixKey(long previous, List<Integer> tokens) {
    static PrefixKey of(long previous, int[] tokens, int from, int to) {
        return new PrefixKey(
                previous, Arrays.stream(tokens, from, to).boxed().collect(Collectors.toUnmodifiableList()));
    }
}
