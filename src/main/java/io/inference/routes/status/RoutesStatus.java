package io.inference.routes.status;

import io.inference.routes.door.RouteFault;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What serves, what waits, what was tried: as an operator reads it.
 *
 * @param serving the generation that new calls run on
 * @param candidate a sound set of files that waits for a decision; null where none does
 * @param draining generations that finish what they began
 * @param waiting whether a change waits because too many generations drain
 * @param faults of the folder as it is now; empty where it is what serves or waits
 * @param degraded whether the folder is not what serves, because it is faulty
 * @param changes the last ones, newest first
 */
public record RoutesStatus(
        Generation serving,
        @Nullable Generation candidate,
        List<Draining> draining,
        boolean waiting,
        List<RouteFault> faults,
        boolean degraded,
        List<RouteChange> changes) {
    /** @param hash of the files, SHA-256 in hex */
    public record Generation(int number, Instant since, String hash, List<RouteView> routes) {}

    /** @param calls that are still under way on it */
    public record Draining(int number, long calls) {}
}
