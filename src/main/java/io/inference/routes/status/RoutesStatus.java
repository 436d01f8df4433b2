package io.inference.routes.status;

import io.inference.routes.door.RouteFault;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The serving generation, the candidate and the attempted changes, for operators.
 *
 * @param serving generation on which new calls run
 * @param candidate a set of files without faults that waits for a decision; null if there is none
 * @param draining generations that finish their calls
 * @param waiting whether a change waits because too many generations drain
 * @param faults of the folder as it is now; empty if its content serves or is the candidate
 * @param degraded whether older routes serve because the folder is faulty
 * @param changes the last changes, newest first
 */
public record RoutesStatus(
        Generation serving,
        @Nullable Generation candidate,
        List<Draining> draining,
        boolean waiting,
        List<RouteFault> faults,
        boolean degraded,
        List<RouteChange> changes) {
    /**
     * @param hash of the files, SHA-256 in hex
     * @param backends that its routes ask
     */
    public record Generation(
            int number, Instant since, String hash, List<RouteView> routes, List<BackendView> backends) {}

    /**
     * An entry of a backend and its state, without its secrets.
     *
     * @param route id of the route that asks it
     * @param models names of the models that it listed last
     */
    public record BackendView(
            String name,
            String kind,
            String route,
            List<String> urls,
            int replicasUp,
            String health,
            int priority,
            @Nullable Integer weight,
            @Nullable Integer maxConcurrent,
            List<String> models) {}

    /** @param calls that are still in progress on it */
    public record Draining(int number, long calls) {}
}
