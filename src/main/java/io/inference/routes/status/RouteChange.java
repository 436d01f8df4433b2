package io.inference.routes.status;

import io.inference.routes.door.RouteFault;
import java.time.Instant;
import java.util.List;

/**
 * What came of one attempt to change the routes. Published as a Spring event as well.
 *
 * @param who the caller who asked for it, or {@code files} where the folder changed
 * @param files names of the files that differ from what served until then
 * @param diff of those files, unified, from what served to what was to serve
 * @param faults why it was refused; empty otherwise
 * @param tookMillis from the first sight of the change to its outcome
 */
public record RouteChange(
        Instant at,
        String who,
        Outcome outcome,
        int generation,
        List<String> files,
        String diff,
        List<RouteFault> faults,
        long tookMillis) {
    /** How an attempt ended. */
    public enum Outcome {
        /** It serves. */
        COMMITTED,
        /** It is sound and waits for a decision (ROUTES_COMMIT=manual). */
        WAITING,
        /** It is faulty; what served before goes on. */
        REFUSED,
        /** Thrown away by an admin. */
        DISCARDED,
        /** What served before serves again. */
        ROLLED_BACK,
        /** The files are what serves already. */
        UNCHANGED,
        /** The folder was faulty at the start: the last set that served does. */
        RESTORED
    }

    public RouteChange {
        files = List.copyOf(files);
        faults = List.copyOf(faults);
    }
}
