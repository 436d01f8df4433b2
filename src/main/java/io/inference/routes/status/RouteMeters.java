package io.inference.routes.status;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.routes.check.TemplateText;
import io.inference.routes.door.RouteRun;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Measures the routes and steps of one generation, and ends an exchange that runs in a loop or whose caller has
 * disconnected.
 *
 * <p>A route's time ends when it has an answer, which for a stream is its first chunk.
 */
public final class RouteMeters implements InterceptStrategy, RoutePolicyFactory {
    /** More than any flow needs, split into parts or not; an endless loop reaches it in well under a second. */
    static final int MAX_STEPS = 10_000;

    private static final String STEPS = "InferenceSteps";

    private final MeterRegistry registry;
    private final Map<String, StepCount> steps = new ConcurrentHashMap<>();
    private final Map<String, RouteMeter> routes = new ConcurrentHashMap<>();

    public RouteMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Metrics of a step. */
    record StepCount(LongAdder exchanges, LongAdder failures) {
        StepCount() {
            this(new LongAdder(), new LongAdder());
        }
    }

    /** @param exchange the id of the exchange of the first step */
    private record Steps(String exchange, AtomicInteger made) {}

    @Nullable
    StepCount step(String id) {
        return steps.get(id);
    }

    @Nullable
    RouteMeter route(String id) {
        return routes.get(id);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, @Nullable Processor next) {
        String unique = definition instanceof OptionalIdentifiedDefinition<?> step
                ? TemplateText.uniqueId(step)
                : definition.getId();
        StepCount count = steps.computeIfAbsent(unique, id -> new StepCount());
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                count.exchanges().increment();
                InferenceException objection = objection(exchange);
                if (objection != null) {
                    exchange.setException(objection);
                    count.failures().increment();
                    callback.done(true);
                    return true;
                }
                return super.process(exchange, doneSync -> {
                    if (exchange.getException() != null) {
                        count.failures().increment();
                    }
                    callback.done(doneSync);
                });
            }
        };
    }

    /**
     * Why an exchange must end. The parts of a split exchange count together, since they share its properties' values.
     */
    private static @Nullable InferenceException objection(Exchange exchange) {
        Steps steps = exchange.getProperty(STEPS, Steps.class);
        if (steps == null) {
            exchange.setProperty(STEPS, new Steps(exchange.getExchangeId(), new AtomicInteger(1)));
            return null;
        }
        if (steps.made().incrementAndGet() > MAX_STEPS) {
            return new InferenceException(
                    ErrorCode.INTERNAL, "a route made more than " + MAX_STEPS + " steps: does it call itself?");
        }
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        ErrorCode cancelled = call == null ? null : call.cancelled();
        return cancelled == null ? null : Call.cancellation(cancelled);
    }

    /**
     * Whether an exchange is a copy, as a wire tap or a splitter makes them, rather than the one that its door or timer
     * began.
     */
    public static boolean isCopy(Exchange exchange) {
        Steps steps = exchange.getProperty(STEPS, Steps.class);
        return steps != null && !steps.exchange().equals(exchange.getExchangeId());
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        RouteMeter meter = routes.computeIfAbsent(routeId, id -> new RouteMeter(registry, id));
        String started = "InferenceStarted." + routeId;
        return new RoutePolicySupport() {
            @Override
            public void onExchangeBegin(Route begun, Exchange exchange) {
                exchange.setProperty(started, System.nanoTime());
            }

            @Override
            public void onExchangeDone(Route done, Exchange exchange) {
                Long start = exchange.getProperty(started, Long.class);
                meter.record(start == null ? 0 : System.nanoTime() - start, RouteRun.failure(exchange));
            }
        };
    }
}
