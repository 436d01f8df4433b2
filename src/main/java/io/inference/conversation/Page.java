package io.inference.conversation;

import java.util.List;

/**
 * Some entries of a list.
 *
 * @param hasMore whether others follow
 */
public record Page<T>(List<T> entries, boolean hasMore) {
    public Page {
        entries = List.copyOf(entries);
    }

    /**
     * The first entries of a list that was read with one entry more than are wanted.
     *
     * @param most how many are wanted
     */
    public static <T> Page<T> of(List<T> read, int most) {
        return new Page<>(read.subList(0, Math.min(most, read.size())), read.size() > most);
    }
}
