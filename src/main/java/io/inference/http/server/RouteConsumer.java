package io.inference.http.server;

import io.inference.routes.check.DoorRoute;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.support.DefaultConsumer;

/** Consumer of a route that listens on a path; registers itself in its generation's table when it starts. */
final class RouteConsumer extends DefaultConsumer implements PlatformHttpConsumer {
    private final PlatformHttpEndpoint endpoint;
    private final RoutingTable table;
    private final DoorRoute route;

    RouteConsumer(PlatformHttpEndpoint endpoint, Processor processor, RoutingTable table) {
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

    @Override
    public PlatformHttpEndpoint getEndpoint() {
        return endpoint;
    }

    String path() {
        String path = endpoint.getPath().startsWith("/") ? endpoint.getPath() : "/" + endpoint.getPath();
        return endpoint.isMatchOnUriPrefix() ? path + "/**" : path;
    }

    /** Whether the route reads the request's body while it arrives. */
    boolean isStreaming() {
        return endpoint.isUseStreaming();
    }

    DoorRoute route() {
        return route;
    }
}
