package io.inference.grpc.method;

import io.inference.routes.check.RouteAccess;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.grpc.GrpcEndpoint;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/** Consumer of a route that serves a method; registers itself in its generation's table when it starts. */
final class MethodConsumer extends DefaultConsumer {
    private final GrpcEndpoint endpoint;
    private final MethodTable table;
    private volatile @Nullable RouteAccess access;

    MethodConsumer(GrpcEndpoint endpoint, Processor processor, MethodTable table) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.table = table;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        table.add(this);
    }

    /** Who may call it, as the route's definition says. */
    RouteAccess access() {
        RouteAccess known = access;
        if (known == null) {
            known = RouteAccess.of(endpoint.getCamelContext(), routeId());
            access = known;
        }
        return known;
    }

    /** The service's name in the route. */
    String service() {
        return endpoint.getConfiguration().getService();
    }

    /** The method's name in the route; Camel writes its first letter in lower case. */
    String method() {
        String method = endpoint.getConfiguration().getMethod();
        return method == null ? "" : method;
    }

    /** The route's own consumer wraps this one, so the route is found by its endpoint. */
    String routeId() {
        return endpoint.getCamelContext().getRoutes().stream()
                .filter(route -> route.getEndpoint().equals(endpoint))
                .map(Route::getRouteId)
                .findFirst()
                .orElse("");
    }
}
