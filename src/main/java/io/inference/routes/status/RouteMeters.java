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
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Ordered;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.spi.InterceptableProcessor;
import org.apache.camel.spi.ManagementInterceptStrategy;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Measures the routes and steps of one generation, and ends an exchange that runs in a loop or whose caller has
 * disconnected.
 *
 * <p>A route's time ends when it has an answer, which for a stream is its first chunk.
 */
public final class RouteMeters {
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

    /** Measures the routes that are added to a context from now on. */
    public void attach(CamelContext context) {
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onRouteContextCreate(Route route) {
                RouteMeter meter = routes.computeIfAbsent(route.getRouteId(), id -> new RouteMeter(registry, id));
                route.setManagementInterceptStrategy(new Instruments(meter));
            }
        });
    }

    /** Instruments of one route. Camel keeps what they need until a step ends outside the exchange. */
    private final class Instruments implements ManagementInterceptStrategy {
        private final RouteMeter route;

        Instruments(RouteMeter route) {
            this.route = route;
        }

        @Override
        public @Nullable InstrumentationProcessor<?> createProcessor(NamedNode definition, Processor target) {
            // A doCatch is asked whether it applies by being called.
            if (target instanceof InterceptableProcessor called && !called.canIntercept()) {
                return null;
            }
            String unique = definition instanceof OptionalIdentifiedDefinition<?> step
                    ? TemplateText.uniqueId(step)
                    : definition.getId();
            return new StepInstrument(steps.computeIfAbsent(unique, id -> new StepCount()));
        }

        @Override
        public InstrumentationProcessor<?> createProcessor(String type) {
            return new RouteInstrument(route);
        }
    }

    private static final class StepInstrument extends Instrument<StepCount> {
        private final StepCount count;

        StepInstrument(StepCount count) {
            this.count = count;
        }

        @Override
        public StepCount before(Exchange exchange) {
            count.exchanges().increment();
            InferenceException objection = objection(exchange);
            if (objection != null) {
                count.failures().increment();
                throw objection;
            }
            return count;
        }

        @Override
        public void after(Exchange exchange, StepCount begun) {
            if (exchange.getException() != null) {
                begun.failures().increment();
            }
        }
    }

    private static final class RouteInstrument extends Instrument<Long> {
        private final RouteMeter meter;

        RouteInstrument(RouteMeter meter) {
            this.meter = meter;
        }

        @Override
        public Long before(Exchange exchange) {
            return System.nanoTime();
        }

        @Override
        public void after(Exchange exchange, Long begunNanos) {
            meter.record(System.nanoTime() - begunNanos, RouteRun.failure(exchange));
        }
    }

    /** What happens before and after a processor. */
    private abstract static class Instrument<T> extends DelegateAsyncProcessor
            implements ManagementInterceptStrategy.InstrumentationProcessor<T> {
        @Override
        public void setCounter(Object counter) {}

        @Override
        public int getOrder() {
            return Ordered.LOWEST;
        }
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
}
