package io.inference.routes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.jspecify.annotations.Nullable;

/**
 * A route as the status and the console show it.
 *
 * @param meanMillis since the generation began
 * @param p99Millis of the last minutes
 * @param steps in order, as a tree
 */
public record RouteView(
        String id,
        String description,
        String file,
        int line,
        String from,
        String state,
        long exchanges,
        long failures,
        double meanMillis,
        double p99Millis,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        List<Step> steps) {

    /**
     * @param kind the word of the DSL: {@code process}, {@code to}, {@code choice}
     * @param target what it calls: a bean or an address, as the file has it; empty for steps that hold others
     */
    public record Step(
            String id,
            String kind,
            String description,
            String target,
            long exchanges,
            long failures,
            List<Step> steps) {}

    static List<RouteView> of(RouteGeneration generation) {
        return generation.context().getRouteDefinitions().stream()
                .map(route -> of(route, generation.context(), generation.meters()))
                .toList();
    }

    private static RouteView of(RouteDefinition route, DefaultCamelContext context, RouteMeters meters) {
        RouteMeter meter = meters.route(route.getRouteId());
        RouteMeter.LastError error = meter == null ? null : meter.lastError();
        return new RouteView(
                route.getRouteId(),
                orEmpty(route.getDescriptionText()),
                RouteFaults.file(route),
                route.getLineNumber(),
                route.getInput().getEndpointUri(),
                context.getRouteController().getRouteStatus(route.getRouteId()).name(),
                meter == null ? 0 : meter.exchanges(),
                meter == null ? 0 : meter.failures(),
                meter == null ? 0 : meter.meanMillis(),
                meter == null ? 0 : meter.p99Millis(),
                error == null ? null : error.code() + ": " + error.message(),
                error == null ? null : error.at(),
                steps(RouteChecks.own(route), meters));
    }

    private static List<Step> steps(List<ProcessorDefinition<?>> outputs, RouteMeters meters) {
        List<Step> steps = new ArrayList<>();
        for (ProcessorDefinition<?> step : outputs) {
            RouteMeters.StepCount count = meters.step(step.getId());
            steps.add(new Step(
                    orEmpty(step.getId()),
                    step.getShortName(),
                    orEmpty(step.getDescriptionText()),
                    target(step),
                    count == null ? 0 : count.exchanges().sum(),
                    count == null ? 0 : count.failures().sum(),
                    steps(List.copyOf(step.getOutputs()), meters)));
        }
        return steps;
    }

    private static String target(OptionalIdentifiedDefinition<?> step) {
        return switch (step) {
            case ProcessDefinition process -> orEmpty(process.getRef());
            case ToDefinition to -> orEmpty(to.getEndpointUri());
            default -> "";
        };
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
