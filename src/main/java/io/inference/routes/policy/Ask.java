package io.inference.routes.policy;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.routes.door.RouteRun;
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
    /** Exchange property with a backend that failed or is slow: it is asked only if there is no other. */
    static final String LAST_CHOICE = "InferenceLastChoice";

    private static final String DEFAULT_ROUTE = "ask-backend";

    private final CamelContext context;
    private final Map<String, Object> headers;
    private final @Nullable Caller caller;
    private final String route;

    /** @param routeProperty exchange property that may name the route */
    Ask(Exchange exchange, String routeProperty) {
        this.context = exchange.getContext();
        this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(exchange.getMessage().getHeaders());
        this.caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        this.route = exchange.getProperty(routeProperty, DEFAULT_ROUTE, String.class);
    }

    /**
     * Asks, and blocks until there is an answer or its first chunk.
     *
     * @param lastChoice the backend to ask only if there is no other; empty for none
     * @return the body that the route left
     * @throws InferenceException if no backend answers
     */
    @Nullable
    Object run(InferenceRequest request, Call call, String lastChoice) {
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange exchange = new DefaultExchange(context);
            headers.forEach(exchange.getMessage()::setHeader);
            RouteRun.fill(exchange, call, caller);
            if (!lastChoice.isEmpty()) {
                exchange.getMessage().removeHeader("InferenceBackend");
                exchange.setProperty(LAST_CHOICE, lastChoice);
            }
            exchange.getMessage().removeHeader(ResumeProcessor.ASKED);
            exchange.getMessage().setBody(request);
            Exchange done = template.send("direct:" + route, exchange);
            RouteRun.throwIfFailed(done);
            return done.getMessage().getBody();
        } catch (IOException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route '" + route + "' could not be run", e);
        }
    }
}
