package io.inference.routes.backend;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.error.StillLoadingException;
import io.inference.routes.check.RouteChecks;
import io.inference.routes.check.TemplateText;
import io.inference.routes.door.RouteFault;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.model.Resilience4jConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breakers of routes. Each is made of the fields that its step has in the file, with this service's rule
 * for which failures count, and outlives its generation while a later one has the same step with the same fields: a new
 * generation knows which backend is failing, and an edited number applies at once.
 */
public final class Breakers {
    /** Failures that show that a backend is faulty, not that a request is invalid or the backend briefly busy. */
    private static final Set<ErrorCode> ILL =
            Set.of(ErrorCode.BACKEND_FAILED, ErrorCode.UNAVAILABLE, ErrorCode.TIMEOUT, ErrorCode.INTERNAL);

    /** Held by the generations that use them. */
    private final Cache<Key, CircuitBreaker> kept =
            Caffeine.newBuilder().weakValues().build();

    /** @param fields names and values as the file has them, with those of parameters and settings in their place */
    private record Key(String route, String step, Map<String, String> fields) {}

    /** The fields of a step that this service applies itself; Camel applies the others. */
    private enum Field {
        FAILURE_RATE_THRESHOLD(
                "failureRateThreshold",
                Resilience4jConfigurationDefinition::getFailureRateThreshold,
                (config, value) -> config.failureRateThreshold(Float.parseFloat(value))),
        MINIMUM_NUMBER_OF_CALLS(
                "minimumNumberOfCalls",
                Resilience4jConfigurationDefinition::getMinimumNumberOfCalls,
                (config, value) -> config.minimumNumberOfCalls(Integer.parseInt(value))),
        PERMITTED_NUMBER_OF_CALLS(
                "permittedNumberOfCallsInHalfOpenState",
                Resilience4jConfigurationDefinition::getPermittedNumberOfCallsInHalfOpenState,
                (config, value) -> config.permittedNumberOfCallsInHalfOpenState(Integer.parseInt(value))),
        SLIDING_WINDOW_SIZE(
                "slidingWindowSize",
                Resilience4jConfigurationDefinition::getSlidingWindowSize,
                (config, value) -> config.slidingWindowSize(Integer.parseInt(value))),
        SLIDING_WINDOW_TYPE(
                "slidingWindowType",
                Resilience4jConfigurationDefinition::getSlidingWindowType,
                (config, value) -> config.slidingWindowType(CircuitBreakerConfig.SlidingWindowType.valueOf(value))),
        WAIT_DURATION(
                "waitDurationInOpenState",
                Resilience4jConfigurationDefinition::getWaitDurationInOpenState,
                (config, value) -> config.waitDurationInOpenState(Duration.ofSeconds(Integer.parseInt(value)))),
        AUTOMATIC_TRANSITION(
                "automaticTransitionFromOpenToHalfOpenEnabled",
                Resilience4jConfigurationDefinition::getAutomaticTransitionFromOpenToHalfOpenEnabled,
                (config, value) -> config.automaticTransitionFromOpenToHalfOpenEnabled(Boolean.parseBoolean(value))),
        SLOW_CALL_RATE_THRESHOLD(
                "slowCallRateThreshold",
                Resilience4jConfigurationDefinition::getSlowCallRateThreshold,
                (config, value) -> config.slowCallRateThreshold(Float.parseFloat(value))),
        SLOW_CALL_DURATION(
                "slowCallDurationThreshold",
                Resilience4jConfigurationDefinition::getSlowCallDurationThreshold,
                (config, value) -> config.slowCallDurationThreshold(Duration.ofSeconds(Integer.parseInt(value)))),
        WRITABLE_STACK_TRACE(
                "writableStackTraceEnabled",
                Resilience4jConfigurationDefinition::getWritableStackTraceEnabled,
                (config, value) -> config.writableStackTraceEnabled(Boolean.parseBoolean(value)));

        private final String label;
        private final Function<Resilience4jConfigurationDefinition, @Nullable String> text;
        private final Setter setter;

        Field(String label, Function<Resilience4jConfigurationDefinition, @Nullable String> text, Setter setter) {
            this.label = label;
            this.text = text;
            this.setter = setter;
        }

        private interface Setter {
            CircuitBreakerConfig.Builder set(CircuitBreakerConfig.Builder config, String value);
        }
    }

    /**
     * Gives each circuit breaker of loaded routes its state; those that Camel is to take from elsewhere are left as
     * they are.
     *
     * @param faults receives numbers that cannot be used
     * @return the breakers by the ids of their routes, the first of each route
     */
    public Map<String, CircuitBreaker> bind(DefaultCamelContext context, Consumer<RouteFault> faults) {
        Map<String, CircuitBreaker> bound = new LinkedHashMap<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            for (CircuitBreakerDefinition step : RouteChecks.steps(route, CircuitBreakerDefinition.class)) {
                CircuitBreaker breaker = bind(context, route, step, faults);
                if (breaker != null) {
                    bound.putIfAbsent(route.getRouteId(), breaker);
                }
            }
        }
        return bound;
    }

    private @Nullable CircuitBreaker bind(
            DefaultCamelContext context,
            RouteDefinition route,
            CircuitBreakerDefinition step,
            Consumer<RouteFault> faults) {
        Resilience4jConfigurationDefinition config = step.getResilience4jConfiguration();
        if (config == null && step.getFaultToleranceConfiguration() == null && step.getConfiguration() == null) {
            config = new Resilience4jConfigurationDefinition(step);
            step.setResilience4jConfiguration(config);
        }
        if (config == null || step.getConfiguration() != null || config.getConfig() != null) {
            return null;
        }
        if (config.getCircuitBreaker() != null) {
            faults.accept(RouteChecks.faultOf(
                    route,
                    step,
                    "a reference 'circuitBreaker' makes the step's other fields void: name the numbers here"));
            return null;
        }
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.custom().ignoreException(Breakers::isNoFault);
        Map<String, String> fields = new HashMap<>();
        for (Field field : Field.values()) {
            String text = field.text.apply(config);
            if (text != null) {
                String value = TemplateText.resolved(context, route, text);
                fields.put(field.label, value);
                try {
                    builder = field.setter.set(builder, value);
                } catch (IllegalArgumentException e) {
                    faults.accept(RouteChecks.faultOf(
                            route, step, "'" + field.label + "' cannot be '" + value + "'" + because(e)));
                }
            }
        }
        CircuitBreakerConfig made = builder.build();
        String name = route.getRouteId() + "/" + step.getId();
        CircuitBreaker breaker = kept.get(
                new Key(route.getRouteId(), step.getId(), Map.copyOf(fields)), key -> CircuitBreaker.of(name, made));
        context.getRegistry().bind(name, CircuitBreaker.class, breaker);
        config.setCircuitBreaker(name);
        return breaker;
    }

    private static String because(IllegalArgumentException failure) {
        return failure instanceof NumberFormatException || failure.getMessage() == null
                ? ""
                : ": " + failure.getMessage();
    }

    /** Ignored rather than counted as a success: a caller who gives up on a hanging backend is not a success. */
    private static boolean isNoFault(Throwable failure) {
        return failure instanceof StillLoadingException
                || failure instanceof InferenceException known && !ILL.contains(known.code());
    }
}
