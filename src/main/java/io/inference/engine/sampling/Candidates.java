package io.inference.engine.sampling;

/**
 * The tokens that may still be sampled, with weights relative to the most probable one's 1. The arrays grow to the
 * vocabulary's size at most once.
 */
final class Candidates {
    /** About exp(-40): even a million such tokens are negligible beside the most probable one. */
    private static final float NEGLIGIBLE = 4e-18f;

    private int[] ids = {};
    private float[] weights = {};
    private int size;

    /** Whether the candidates are all tokens, each at its own index. */
    private boolean all;

    private double total;

    void takeAll(int count) {
        ensure(count);
        all = true;
        size = count;
    }

    /** Takes the {@code k} highest logits: a heap with the lowest of them on top; the lower id wins a tie. */
    void takeTop(float[] logits, int k) {
        ensure(k);
        all = false;
        size = 0;
        for (int id = 0; id < logits.length; id++) {
            float logit = logits[id];
            if (size < k) {
                if (!Float.isNaN(logit)) {
                    ids[size] = id;
                    weights[size] = logit;
                    siftUp(size++);
                }
            } else if (logit > weights[0]) {
                ids[0] = id;
                weights[0] = logit;
                siftDown(0, size, false);
            }
        }
    }

    /** Sets each weight to exp((logit - best) / temperature), and drops negligible ones. */
    void weigh(float[] logits, float best, float temperature) {
        if (all) {
            Exponential.of(logits, 0, size, best, temperature, weights);
        } else {
            // the top candidates' weights are their logits up to here
            Exponential.of(weights, 0, size, best, temperature, weights);
        }
        int kept = 0;
        total = 0;
        for (int i = 0; i < size; i++) {
            float weight = weights[i];
            if (weight > NEGLIGIBLE) { // false for NaN
                ids[kept] = all ? i : ids[i];
                weights[kept++] = weight;
                total += weight;
            }
        }
        size = kept;
    }

    /** Applies min-p and top-p to the weights. */
    void keepAtLeast(float minP, float topP) {
        double goal = topP * total;
        if (minP > 0 || topP < 1) {
            // All tokens lighter than rest/size together weigh less than the rest, so none is part of the nucleus.
            double floor = topP < 1 ? Math.max(minP, (total - goal) / size * 0.999) : minP;
            keepFrom(floor);
        }
        if (topP < 1) {
            keepNucleus(goal);
        }
        total = 0;
        for (int i = 0; i < size; i++) {
            total += weights[i];
        }
    }

    private void keepFrom(double floor) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (weights[i] >= floor) {
                ids[kept] = ids[i];
                weights[kept++] = weights[i];
            }
        }
        size = kept;
    }

    /** Takes the heaviest off a heap until they reach {@code goal}; they gather at the end of the arrays. */
    private void keepNucleus(double goal) {
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i, size, true);
        }
        int heap = size;
        double sum = 0;
        do {
            heap--;
            swap(0, heap);
            sum += weights[heap];
            siftDown(0, heap, true);
        } while (heap > 0 && sum < goal);
        System.arraycopy(ids, heap, ids, 0, size - heap);
        System.arraycopy(weights, heap, weights, 0, size - heap);
        size -= heap;
    }

    /** The candidate at {@code point}, from 0 to 1, of the total; {@code fallback} if rounding leaves none. */
    int at(double point, int fallback) {
        double left = point * total;
        for (int i = 0; i < size; i++) {
            left -= weights[i];
            if (left < 0) {
                return ids[i];
            }
        }
        return size > 0 && point > 0 ? ids[size - 1] : fallback;
    }

    private void ensure(int capacity) {
        if (ids.length < capacity) {
            ids = new int[capacity];
            weights = new float[capacity];
        }
    }

    private void siftUp(int start) {
        int at = start;
        while (at > 0 && before(at, (at - 1) / 2, false)) {
            swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    private void siftDown(int start, int end, boolean heaviestFirst) {
        int at = start;
        while (true) {
            int child = 2 * at + 1;
            if (child >= end) {
                return;
            }
            if (child + 1 < end && before(child + 1, child, heaviestFirst)) {
                child++;
            }
            if (!before(child, at, heaviestFirst)) {
                return;
            }
            swap(at, child);
            at = child;
        }
    }

    /** Whether {@code i} belongs above {@code j}; between equal weights the earlier token counts as heavier. */
    private boolean before(int i, int j, boolean heaviestFirst) {
        boolean heavier = weights[i] != weights[j] ? weights[i] > weights[j] : ids[i] < ids[j];
        return i != j && heavier == heaviestFirst;
    }

    private void swap(int i, int j) {
        int id = ids[i];
        ids[i] = ids[j];
        ids[j] = id;
        float weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
    }
}
