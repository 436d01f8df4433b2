package io.inference.routes.policy;

/**
 * How many requests may be asked twice: each request adds a part of one, up to a small reserve, so that backends that
 * are all slow do not get twice the load. Thread-safe.
 */
final class HedgeBudget {
    private static final double RESERVE = 10;

    private double saved = 1;

    /** Counts a request. */
    synchronized void add(double percent) {
        saved = Math.min(RESERVE, saved + percent / 100);
    }

    /** Takes one; false if there is none. */
    synchronized boolean take() {
        if (saved < 1) {
            return false;
        }
        saved--;
        return true;
    }
}
