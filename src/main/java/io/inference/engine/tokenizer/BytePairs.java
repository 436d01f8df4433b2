package io.inference.engine.tokenizer;

import java.util.Arrays;

/**
 * Byte pair encoding of one piece: of all mergeable neighbours, the pair of lowest rank is merged first, the leftmost
 * among equals. Candidates are in a heap and symbols in a linked list, so a piece of n bytes takes O(n log n) however
 * long it is. An outdated candidate is recognised when it is removed: its pair no longer has its rank.
 */
final class BytePairs {
    private final Merges merges;
    private final int[] symbols;
    private final int[] next;
    private final int[] previous;
    private long[] heap;
    private int heapSize;

    /** Takes ownership of {@code symbols}, one for each byte. */
    BytePairs(Merges merges, int[] symbols) {
        this.merges = merges;
        this.symbols = symbols;
        this.next = new int[symbols.length];
        this.previous = new int[symbols.length];
        this.heap = new long[Math.max(4, symbols.length)];
    }

    /** The symbols that are left when no more pairs can be merged. */
    int[] merge() {
        int length = symbols.length;
        for (int i = 0; i < length; i++) {
            next[i] = i + 1 < length ? i + 1 : -1;
            previous[i] = i - 1;
        }
        for (int i = 0; i + 1 < length; i++) {
            offer(i);
        }
        int count = length;
        while (heapSize > 0) {
            long candidate = poll();
            int left = (int) candidate;
            int right = symbols[left] < 0 ? -1 : next[left];
            long merge = right < 0 ? -1 : merges.find(symbols[left], symbols[right]);
            if (merge < 0 || merge >>> 32 != candidate >>> 32) {
                continue;
            }
            join(left, right, (int) merge);
            count--;
        }
        int[] result = new int[count];
        for (int i = 0, at = 0; i < count; i++, at = next[at]) {
            result[i] = symbols[at];
        }
        return result;
    }

    private void join(int left, int right, int merged) {
        symbols[left] = merged;
        symbols[right] = -1;
        next[left] = next[right];
        if (next[left] >= 0) {
            previous[next[left]] = left;
            offer(left);
        }
        if (previous[left] >= 0) {
            offer(previous[left]);
        }
    }

    /** Adds the pair that starts at {@code left} to the heap if it can be merged: rank, then position. */
    private void offer(int left) {
        long merge = merges.find(symbols[left], symbols[next[left]]);
        if (merge < 0) {
            return;
        }
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, heapSize * 2);
        }
        long entry = (merge & 0xFFFFFFFF00000000L) | left;
        int at = heapSize++;
        while (at > 0 && heap[(at - 1) >> 1] > entry) {
            heap[at] = heap[(at - 1) >> 1];
            at = (at - 1) >> 1;
        }
        heap[at] = entry;
    }

    private long poll() {
        long top = heap[0];
        long last = heap[--heapSize];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= heapSize) {
                break;
            }
            if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return top;
    }
}
