package io.inference.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.Consumer;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.ServiceStatus;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.service.ServiceHelper;

/**
 * The routes of a generation that fetch their own work: timers, queues, folders. They are built with the others and start when the
 * generation is published; those of the one before stop fetching first, so that no two generations fetch the same.
 */
final class HeldConsumers implements PublishingPoint.Publication {
    /** What waits to be called. */
    private static final Set<String> CALLED = Set.of("direct", "seda", "platform-http", "grpc");

    private final DefaultCamelContext context;
    private final List<String> routes = new ArrayList<>();

    private HeldConsumers(DefaultCamelContext context) {
        this.context = context;
    }

    /** @param context with its routes loaded and not yet started */
    static HeldConsumers of(DefaultCamelContext context) {
        HeldConsumers held = new HeldConsumers(context);
        for (RouteDefinition route : context.getRouteDefinitions()) {
            String scheme = route.getInput().getEndpointUri().replaceFirst(":.*", "");
            if (!CALLED.contains(scheme) && !"false".equals(route.getAutoStartup())) {
                route.autoStartup(false);
                held.routes.add(route.getRouteId());
            }
        }
        return held;
    }

    @Override
    public List<RouteFault> faults() {
        return List.of();
    }

    @Override
    public void publish() {
        try {
            Extensions.within(context, this::startAll);
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }

    private void startAll() throws Exception {
        for (String route : routes) {
            if (context.getRouteController().getRouteStatus(route) == ServiceStatus.Started) {
                ServiceHelper.startService(context.getRoute(route).getConsumer());
            } else {
                context.getRouteController().startRoute(route);
            }
        }
    }

    /** Stops the consumers alone, so that what they fetched already runs to its end. */
    @Override
    public void withdraw() {
        for (String route : routes) {
            Consumer consumer = context.getRoute(route).getConsumer();
            if (context.getRouteController().getRouteStatus(route) == ServiceStatus.Started) {
                ServiceHelper.stopService(consumer);
            }
        }
    }
}
