package io.inference.grpc.method;

import io.inference.routes.check.RouteAccess;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.grpc.GrpcEndpoint;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/** A route that serves a method; enters itself in its generation's table when it starts. */
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

    /** The service as the route names it. */
    String service() {
        return endpoint.getConfiguration().getService();
    }

    /** The method as the route names it; Camel writes its first letter small. */
    String method() {
        String method = endpoint.getConfiguration().getMethod();
        return method == null ? "" : method;
    }

    /** The consumer that wraps this one is the route's own, so that the route is found by its endpoint. */
    String routeId() {
        return endpoint.getCamelContext().getRoutes().stream()
                .filter(route -> route.getEndpoint().equals(endpoint))
                .map(Route::getRouteId)
                .findFirst()
                .orElse("");
    }
}
