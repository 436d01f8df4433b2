package io.inference.routes.generation;

import io.inference.connect.RetryingConnector;
import io.inference.routes.check.RouteFaults;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Consumer;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.ServiceStatus;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of a generation that fetch their own work: timers, queues, folders. They are created with the others and
 * start when the generation is published; those of the previous generation stop fetching first, so that no two
 * generations fetch the same messages.
 */
final class HeldConsumers implements PublishingPoint.Publication {
    private static final Logger log = LoggerFactory.getLogger(HeldConsumers.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** Whether a consumer waits to be called rather than fetches. */
    private static final Set<String> CALLED = Set.of("direct", "seda", "platform-http", "grpc");

    private final DefaultCamelContext context;
    private final List<String> routes = new ArrayList<>();
    private @Nullable RetryingConnector retries;

    private HeldConsumers(DefaultCamelContext context) {
        this.context = context;
    }

    /** @param context with routes loaded and not started */
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

    /** A consumer that cannot start is a fault of the change that added it. */
    @Override
    public void publish() {
        try {
            for (String route : routes) {
                start(route);
            }
        } catch (Exception e) {
            withdraw();
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }

    /** An unavailable server must not keep the other routes from serving. */
    @Override
    public synchronized void serve() {
        Set<String> waiting = new HashSet<>(routes);
        if (!startThoseThatCan(waiting)) {
            retries = new RetryingConnector(context.getName(), FIRST_PAUSE, LONGEST_PAUSE, () -> retry(waiting));
            retries.start();
        }
    }

    private synchronized boolean retry(Set<String> waiting) {
        return retries == null || startThoseThatCan(waiting);
    }

    private boolean startThoseThatCan(Set<String> waiting) {
        waiting.removeIf(route -> {
            try {
                start(route);
                return true;
            } catch (Exception e) {
                RouteFault fault = RouteFaults.ofStart(context, e);
                log.warn("the route {} cannot start, trying on: {}", route, fault.message());
                return false;
            }
        });
        return waiting.isEmpty();
    }

    private void start(String route) throws Exception {
        Extensions.within(context, () -> {
            if (context.getRouteController().getRouteStatus(route) == ServiceStatus.Started) {
                ServiceHelper.startService(context.getRoute(route).getConsumer());
            } else {
                context.getRouteController().startRoute(route);
            }
        });
    }

    /** Stops only the consumers, so that exchanges already fetched run to their end. */
    @Override
    public synchronized void withdraw() {
        if (retries != null) {
            retries.close();
            retries = null;
        }
        for (String route : routes) {
            Consumer consumer = context.getRoute(route).getConsumer();
            if (context.getRouteController().getRouteStatus(route) == ServiceStatus.Started) {
                ServiceHelper.stopService(consumer);
            }
        }
    }
}
