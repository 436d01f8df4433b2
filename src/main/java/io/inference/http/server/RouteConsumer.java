package io.inference.http.server;

import io.inference.routes.check.RouteAccess;
import java.util.Optional;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/** Consumer of a route that listens on a path; registers itself in its generation's table when it starts. */
final class RouteConsumer extends DefaultConsumer implements PlatformHttpConsumer {
    private final PlatformHttpEndpoint endpoint;
    private final RoutingTable table;
    private volatile @Nullable RouteAccess access;

    RouteConsumer(PlatformHttpEndpoint endpoint, Processor processor, RoutingTable table) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.table = table;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        table.add(this);
    }

    @Override
    public PlatformHttpEndpoint getEndpoint() {
        return endpoint;
    }

    String path() {
        String path = endpoint.getPath().startsWith("/") ? endpoint.getPath() : "/" + endpoint.getPath();
        return endpoint.isMatchOnUriPrefix() ? path + "/**" : path;
    }

    String routeId() {
        return route().map(Route::getRouteId).orElse("");
    }

    /** Who may call it, from the route's definition. */
    RouteAccess access() {
        RouteAccess known = access;
        if (known == null) {
            known = RouteAccess.of(endpoint.getCamelContext(), routeId());
            access = known;
        }
        return known;
    }

    String description() {
        return route().map(Route::getDescription).orElse("");
    }

    /** The route's own consumer wraps this one, so the route is found by its endpoint. */
    private Optional<Route> route() {
        return endpoint.getCamelContext().getRoutes().stream()
                .filter(route -> route.getEndpoint().equals(endpoint))
                .findFirst();
    }
}
