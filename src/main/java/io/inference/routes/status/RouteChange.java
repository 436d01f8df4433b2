package io.inference.routes.status;

import io.inference.routes.door.RouteFault;
import java.time.Instant;
import java.util.List;

/**
 * The result of one attempt to change the routes. Also published as a Spring event.
 *
 * @param who the caller who requested it, or {@code files} if the folder changed
 * @param files names of the files that differ from those that served until then
 * @param diff of those files, unified, from the files that served to those that were to serve
 * @param faults why it was refused; empty otherwise
 * @param tookMillis from the detection of the change to its result
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
        /** It has no faults and waits for a decision (ROUTES_COMMIT=manual). */
        WAITING,
        /** It is faulty; the previous generation goes on. */
        REFUSED,
        /** Discarded by an admin. */
        DISCARDED,
        /** The previous set serves again. */
        ROLLED_BACK,
        /** The files are those that serve already. */
        UNCHANGED,
        /** The folder was faulty at the start: the last set that served is used. */
        RESTORED
    }

    public RouteChange {
        files = List.copyOf(files);
        faults = List.copyOf(faults);
    }
}
