package io.inference.routes.policy;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.routes.door.RouteRun;
import io.inference.routes.flow.FindBackendProcessor;
import io.inference.routes.flow.RouteHeaders;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;

/**
 * Runs the route that asks backends on an exchange of its own. Copies what it needs of the caller's exchange, which
 * belongs to another call once its route has ended; the generation of routes stays until the call ends.
 */
final class Ask {
    private static final String DEFAULT_ROUTE = "ask-backend";

    private final CamelContext context;
    private final Map<String, Object> headers;
    private final @Nullable Caller caller;
    private final String route;
    private final Exchange found;

    /** @param routeProperty exchange property that may name the route */
    Ask(Exchange exchange, String routeProperty) {
        this.context = exchange.getContext();
        this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(exchange.getMessage().getHeaders());
        this.caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        this.route = exchange.getProperty(routeProperty, DEFAULT_ROUTE, String.class);
        this.found = new DefaultExchange(context);
        FindBackendProcessor.copy(exchange, found);
    }

    /** Asks the backends that were found; blocks until there is an answer or its first chunk. */
    @Nullable
    Object first(InferenceRequest request, Call call) {
        Exchange exchange = exchange(request, call);
        FindBackendProcessor.copy(found, exchange);
        return send(exchange);
    }

    /**
     * The same of the others.
     *
     * @param lastChoice the backend to ask only if there is no other
     * @throws InferenceException if no backend answers
     */
    @Nullable
    Object other(InferenceRequest request, Call call, String lastChoice) {
        Exchange exchange = exchange(request, call);
        exchange.getMessage().removeHeader(RouteHeaders.BACKEND);
        exchange.setProperty(FindBackendProcessor.LAST_CHOICE, lastChoice);
        new FindBackendProcessor().process(exchange);
        return send(exchange);
    }

    private Exchange exchange(InferenceRequest request, Call call) {
        Exchange exchange = new DefaultExchange(context);
        headers.forEach(exchange.getMessage()::setHeader);
        RouteRun.fill(exchange, call, caller);
        exchange.getMessage().setBody(request);
        return exchange;
    }

    private @Nullable Object send(Exchange exchange) {
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange done = template.send("direct:" + route, exchange);
            RouteRun.throwIfFailed(done);
            return done.getMessage().getBody();
        } catch (IOException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route '" + route + "' could not be run", e);
        }
    }
}
