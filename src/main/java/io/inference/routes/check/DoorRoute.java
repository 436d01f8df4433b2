package io.inference.routes.check;

import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.jspecify.annotations.Nullable;

/**
 * The route that a door's endpoint begins. It is found by the endpoint, since the route's consumer is a wrapper of
 * Camel's around the door's.
 */
public final class DoorRoute {
    private final Endpoint endpoint;
    private volatile @Nullable RouteAccess access;

    public DoorRoute(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    public String id() {
        return route().map(Route::getRouteId).orElse("");
    }

    public String description() {
        return route().map(Route::getDescription).orElse("");
    }

    /** Who may call it, from the route's definition; read once. */
    public RouteAccess access() {
        RouteAccess known = access;
        if (known == null) {
            known = RouteAccess.of(endpoint.getCamelContext(), id());
            access = known;
        }
        return known;
    }

    private Optional<Route> route() {
        return endpoint.getCamelContext().getRoutes().stream()
                .filter(route -> route.getEndpoint().equals(endpoint))
                .findFirst();
    }
}
