package io.inference.routes.check;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.routes.door.RouteFault;
import io.inference.routes.door.RouteRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;

/**
 * Sends one exchange through each route whose {@code note} begins with {@value #MARK}: the rest of the note is its
 * body, and it must end without a failure. A route that writes or costs something should declare none.
 */
public final class SmokeTest {
    static final String MARK = "smoke:";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Caller CALLER = new Caller("service:smoke", Set.of(), Set.of(), null, Caller.Kind.INTERNAL);

    private SmokeTest() {}

    /** @throws RouteFaultsException with every route that failed */
    public static void run(DefaultCamelContext context) {
        List<RouteFault> faults = new ArrayList<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            String note = route.getNote();
            if (note != null && note.startsWith(MARK)) {
                String failure = send(
                        context.getRoute(route.getRouteId()),
                        note.substring(MARK.length()).strip());
                if (!failure.isEmpty()) {
                    faults.add(new RouteFault(
                            RouteFaults.file(route),
                            route.getLineNumber(),
                            route.getRouteId(),
                            "its smoke test failed: " + failure));
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new RouteFaultsException(faults);
        }
    }

    private static String send(Route route, String body) {
        Call call = new Call("smoke-" + route.getRouteId(), "smoke", TIMEOUT);
        Exchange exchange = route.getEndpoint().createExchange();
        RouteRun.fill(exchange, call, CALLER);
        exchange.getMessage().setBody(body);
        try {
            RouteRun.run(route.getProcessor(), exchange);
            return "";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
