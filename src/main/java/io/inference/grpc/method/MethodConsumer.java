package io.inference.grpc.method;

import io.inference.routes.check.DoorRoute;
import org.apache.camel.Processor;
import org.apache.camel.component.grpc.GrpcEndpoint;
import org.apache.camel.support.DefaultConsumer;

/** Consumer of a route that serves a method; registers itself in its generation's table when it starts. */
final class MethodConsumer extends DefaultConsumer {
    private final GrpcEndpoint endpoint;
    private final MethodTable table;
    private final DoorRoute route;

    MethodConsumer(GrpcEndpoint endpoint, Processor processor, MethodTable table) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.table = table;
        this.route = new DoorRoute(endpoint);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        table.add(this);
    }

    DoorRoute route() {
        return route;
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
}
