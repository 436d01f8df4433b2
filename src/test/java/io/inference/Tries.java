package io.inference;

import java.util.concurrent.Callable;

/** Repeats what has to happen within a time that a machine that stalls may take itself, but not each time. */
public final class Tries {
    private Tries() {}

    /** Whether one of up to three tries succeeds. */
    public static boolean oneOfThree(Callable<Boolean> attempt) throws Exception {
        boolean succeeded = false;
        for (int tries = 0; tries < 3 && !succeeded; tries++) {
            succeeded = attempt.call();
        }
        return succeeded;
    }
}
