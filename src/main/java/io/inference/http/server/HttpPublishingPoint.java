package io.inference.http.server;

import io.inference.http.docs.PublishedPaths;
import io.inference.http.security.RouteLookup;
import io.inference.routes.InFlight;
import io.inference.routes.PublishingPoint;
import io.inference.routes.RouteFault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.jspecify.annotations.Nullable;

/**
 * Where generations publish their {@code platform-http} routes. An engine of our own, because a request then runs its route on the
 * container's own virtual thread, with no second hop and with our header rules.
 */
public class HttpPublishingPoint implements PublishingPoint, PublishedPaths, RouteLookup {
    private volatile RoutingTable current = new RoutingTable(new InFlight());
    private volatile @Nullable RoutingTable candidate;

    @Override
    public Publication prepare(CamelContext context, InFlight calls) {
        RoutingTable table = new RoutingTable(calls);
        PlatformHttpComponent component = new PlatformHttpComponent(context);
        // Before it gets its engine: adding it applies camel.component.platform-http.*, which may name another.
        context.addComponent("platform-http", component);
        component.setEngine(new TableEngine(table));
        return new Publication() {
            @Override
            public List<RouteFault> faults() {
                return table.faults();
            }

            @Override
            public void publish() {
                table.readAccess();
                current = table;
            }

            @Override
            public void preview(boolean on) {
                candidate = on ? table : null;
            }
        };
    }

    @Override
    public RoutingTable.Entry enter(String path, boolean preview) {
        RoutingTable table = preview ? enterCandidate() : null;
        RoutingTable entered = table == null ? enter() : table;
        return new RoutingTable.Entry(entered, entered.find(path));
    }

    /** The paths that serve now; the caller has entered their generation and leaves it. */
    private RoutingTable enter() {
        while (true) {
            RoutingTable table = current;
            if (table.calls().enter()) {
                return table;
            }
        }
    }

    /** The paths that wait for a decision, entered as well; null where none do. */
    private @Nullable RoutingTable enterCandidate() {
        RoutingTable table = candidate;
        return table != null && table.calls().enter() ? table : null;
    }

    boolean isCandidate(RoutingTable table) {
        return table == candidate;
    }

    @Override
    public Collection<Path> paths() {
        List<Path> paths = new ArrayList<>();
        for (RouteConsumer consumer : current.consumers()) {
            for (String method : RoutingTable.methods(consumer.getEndpoint().getHttpMethodRestrict())) {
                paths.add(new Path(method, consumer.path(), consumer.routeId(), consumer.description()));
            }
        }
        return paths;
    }

    private record TableEngine(RoutingTable table) implements PlatformHttpEngine {
        @Override
        public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
            return new RouteConsumer(endpoint, processor, table);
        }
    }
}
