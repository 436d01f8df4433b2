package io.inference.http.server;

import io.inference.http.docs.PublishedPaths;
import io.inference.http.security.RouteLookup;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.Published;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;

/**
 * Publishes generations' {@code platform-http} routes. It has an engine of its own, so that a request runs its route on
 * the container's virtual thread, without a second thread, and with this door's header rules.
 */
public class HttpPublishingPoint implements PublishingPoint, PublishedPaths, RouteLookup {
    private final Published<RoutingTable> tables =
            new Published<>(new RoutingTable(new InFlight()), RoutingTable::calls);

    @Override
    public Publication prepare(CamelContext context, InFlight calls) {
        RoutingTable table = new RoutingTable(calls);
        PlatformHttpComponent component = new PlatformHttpComponent(context);
        // Added before it gets its engine: adding it applies camel.component.platform-http.*, which may name another
        // engine.
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
                tables.publish(table);
            }

            @Override
            public void preview(boolean on) {
                tables.preview(on ? table : null);
            }
        };
    }

    @Override
    public RoutingTable.Entry enter(String path, boolean preview) {
        Published.Entered<RoutingTable> entered = tables.enter(preview);
        return new RoutingTable.Entry(entered, entered.table().find(path));
    }

    @Override
    public Collection<Path> paths() {
        List<Path> paths = new ArrayList<>();
        for (RouteConsumer consumer : tables.current().consumers()) {
            for (String method : RoutingTable.methods(consumer.getEndpoint().getHttpMethodRestrict())) {
                paths.add(new Path(
                        method,
                        consumer.path(),
                        consumer.route().id(),
                        consumer.route().description()));
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
