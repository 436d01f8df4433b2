package io.inference.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Watcher;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.kubernetes.KubernetesConstants;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ConfigMap that a route watches and another one reads again now and then: its changes in their order, each once,
 * whichever route brings them. One that is deleted changes nothing; what it held goes on. Thread-safe.
 */
final class WatchedConfigMap implements Processor {
    private static final Logger log = LoggerFactory.getLogger(WatchedConfigMap.class);

    private final String name;
    private final String route;
    private final Reports reports;
    private final Change change;
    private @Nullable ConfigMap newest;
    private @Nullable ConfigMap watched;
    private @Nullable String missed;

    /** Takes the content. */
    interface Change {
        /**
         * @param data the content; different from that before
         * @param before the content before; null if there was none
         */
        void changed(Map<String, String> data, @Nullable Map<String, String> before);
    }

    /** @param route id of the route that watches it */
    WatchedConfigMap(String name, String route, Reports reports, Change change) {
        this.name = name;
        this.route = route;
        this.reports = reports;
        this.change = change;
    }

    String name() {
        return name;
    }

    /** What the watch brings. */
    @Override
    public synchronized void process(Exchange exchange) {
        ConfigMap map = exchange.getMessage().getBody(ConfigMap.class);
        Object action = exchange.getMessage().getHeader(KubernetesConstants.KUBERNETES_EVENT_ACTION);
        if (map == null || action == Watcher.Action.ERROR || action == Watcher.Action.BOOKMARK) {
            return;
        }
        if (action == Watcher.Action.DELETED) {
            log.warn("the ConfigMap '{}' was deleted; what it held goes on", name);
            return;
        }
        watched = map;
        take(map);
    }

    /**
     * What was read: null if there is none. Camel's watch ends silently if the cluster cannot be reached at its start
     * or no longer knows its place; a change that was read twice and never watched shows that.
     *
     * @return the id of the route whose watch has ended; null if none has
     */
    synchronized @Nullable String reread(@Nullable ConfigMap map) {
        if (map == null) {
            return null;
        }
        take(map);
        if (!isNewer(map, watched)) {
            missed = null;
            return null;
        }
        String version = map.getMetadata().getResourceVersion();
        boolean again = version.equals(missed);
        missed = again ? null : version;
        return again ? route : null;
    }

    private void take(ConfigMap map) {
        if (!isNewer(map, newest)) {
            return;
        }
        Map<String, String> before = newest == null ? null : data(newest);
        Map<String, String> data = data(map);
        newest = map;
        reports.seen(map);
        if (!data.equals(before)) {
            change.changed(data, before);
        }
    }

    /** Versions of one object are numbers that grow; one that was created again is another object. */
    private static boolean isNewer(ConfigMap map, @Nullable ConfigMap than) {
        if (than == null
                || !map.getMetadata().getUid().equals(than.getMetadata().getUid())) {
            return true;
        }
        String version = map.getMetadata().getResourceVersion();
        String other = than.getMetadata().getResourceVersion();
        return version.length() == other.length() ? version.compareTo(other) > 0 : version.length() > other.length();
    }

    private static Map<String, String> data(ConfigMap map) {
        return map.getData() == null ? Map.of() : Map.copyOf(map.getData());
    }
}
