package io.inference.engine.tokenizer;

import java.util.Arrays;

/** The merge table: (left symbol, right symbol) to (rank, merged symbol), in one open-addressed table of longs. */
final class Merges {
    private final long[] pairs;
    private final long[] results;
    private final int mask;

    Merges(int merges) {
        int capacity = Math.max(16, Integer.highestOneBit(merges) << 2);
        pairs = new long[capacity];
        Arrays.fill(pairs, -1);
        results = new long[capacity];
        mask = capacity - 1;
    }

    /** Adds a merge; of duplicates the first, of lower rank, stays. */
    void add(int left, int right, int rank, int merged) {
        int slot = slot(pair(left, right));
        if (pairs[slot] == -1) {
            pairs[slot] = pair(left, right);
            results[slot] = (long) rank << 32 | merged;
        }
    }

    /** Rank in the upper and merged symbol in the lower 32 bits, or -1 if the pair cannot be merged. */
    long find(int left, int right) {
        int slot = slot(pair(left, right));
        return pairs[slot] == -1 ? -1 : results[slot];
    }

    private int slot(long pair) {
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash ^ hash >>> 32) & mask;
        while (pairs[slot] != -1 && pairs[slot] != pair) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }
}
