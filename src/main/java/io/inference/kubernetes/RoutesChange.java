package io.inference.kubernetes;

import io.inference.routes.check.RouteSource;
import io.inference.routes.door.RouteFault;
import io.inference.routes.generation.RouteGenerations;
import io.inference.routes.status.RouteChange;
import io.inference.routes.status.RoutesStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;

/** Serves the route files of the ConfigMap, and reports each change of the routes, also one that an admin made. */
final class RoutesChange implements WatchedConfigMap.Change {
    private final String configMap;
    private final RouteSource source;
    private final RouteGenerations generations;
    private final Reports reports;
    private volatile boolean supplied;

    RoutesChange(String configMap, RouteSource source, RouteGenerations generations, Reports reports) {
        this.configMap = configMap;
        this.source = source;
        this.generations = generations;
        this.reports = reports;
    }

    @Override
    public void changed(Map<String, String> data, @Nullable Map<String, String> before) {
        source.supply(data, "the ConfigMap '" + configMap + "'");
        supplied = true;
        generations.refresh("configmap");
        // If it is what the folder held at the start, that was the change.
        if (before == null) {
            RoutesStatus status = generations.status();
            status.changes().stream().findFirst().ifPresent(change -> report(change, status));
        }
    }

    @EventListener
    void changed(RouteChange change) {
        if (supplied) {
            report(change, generations.status());
        }
    }

    private void report(RouteChange change, RoutesStatus status) {
        String outcome = outcome(change.outcome());
        boolean refused = outcome.equals("refused");
        String faults = faults(status.faults());
        reports.put(new Report(
                configMap,
                refused,
                refused ? "RoutesRefused" : "RoutesChanged",
                refused
                        ? "generation " + status.serving().number() + " goes on: " + faults
                        : "routes " + outcome + ": generation " + change.generation(),
                new TreeMap<>(
                        Map.of("outcome", outcome, "hash", status.serving().hash(), "faults", refused ? faults : "")),
                new TreeMap<>(
                        Map.of("generation", String.valueOf(status.serving().number())))));
    }

    private static String faults(List<RouteFault> faults) {
        return faults.stream().map(RouteFault::toString).collect(Collectors.joining("\n"));
    }

    private static String outcome(RouteChange.Outcome outcome) {
        return switch (outcome) {
            case COMMITTED, UNCHANGED -> "committed";
            case REFUSED, RESTORED -> "refused";
            case WAITING, DISCARDED, ROLLED_BACK ->
                outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }
}
