package io.inference.grpc.method;

import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.grpc.GrpcEndpoint;
import org.apache.camel.support.DefaultConsumer;

/** A route that serves a method; enters itself in its generation's table when it starts. */
final class MethodConsumer extends DefaultConsumer {
    private final GrpcEndpoint endpoint;
    private final MethodTable table;

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
