package io.inference.routes.status;

import io.inference.routes.check.RouteChecks;
import io.inference.routes.check.RouteFaults;
import io.inference.routes.check.TemplateText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.model.OnFallbackDefinition;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.OtherwiseDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.TryDefinition;
import org.apache.camel.model.WhenDefinition;
import org.jspecify.annotations.Nullable;

/**
 * A route in the form of the status and the console.
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
     * @param kind the element of the DSL: {@code process}, {@code to}, {@code choice}
     * @param line of its file, from 1; 0 if unknown
     * @param target what it calls: a bean or an address, as the file has it; empty for steps that contain others
     */
    public record Step(
            String id,
            String kind,
            String description,
            int line,
            String target,
            long exchanges,
            long failures,
            List<Step> steps) {}

    /** Every route of a context, with the metrics of its steps. */
    public static List<RouteView> of(DefaultCamelContext context, RouteMeters meters) {
        return context.getRouteDefinitions().stream()
                .map(route -> of(route, context, meters))
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
                TemplateText.from(route),
                context.getRouteController().getRouteStatus(route.getRouteId()).name(),
                meter == null ? 0 : meter.exchanges(),
                meter == null ? 0 : meter.failures(),
                meter == null ? 0 : meter.meanMillis(),
                meter == null ? 0 : meter.p99Millis(),
                error == null ? null : error.code() + ": " + error.message(),
                error == null ? null : error.at(),
                steps(RouteChecks.own(route), route, meters));
    }

    private static List<Step> steps(
            List<? extends OptionalIdentifiedDefinition<?>> nodes, RouteDefinition route, RouteMeters meters) {
        return nodes.stream().map(node -> step(node, route, meters)).toList();
    }

    private static Step step(OptionalIdentifiedDefinition<?> node, RouteDefinition route, RouteMeters meters) {
        List<Step> held = steps(within(node), route, meters);
        String prefix = route.getNodePrefixId();
        RouteMeters.StepCount count = meters.step(prefix == null ? orEmpty(node.getId()) : prefix + node.getId());
        // Camel does not run the head of a branch as a step, so it gets the counts of the branch's first step.
        long ofBranch = held.isEmpty() ? 0 : held.getFirst().exchanges();
        return new Step(
                orEmpty(node.getId()),
                node.getShortName(),
                orEmpty(node.getDescriptionText()),
                Math.max(0, node.getLineNumber()),
                TemplateText.withParameters(route, target(node)),
                count == null ? ofBranch : count.exchanges().sum(),
                count == null ? 0 : count.failures().sum(),
                held);
    }

    /** Children of a step: its branches, if it has any, which Camel's own list of outputs omits. */
    private static List<OptionalIdentifiedDefinition<?>> within(OptionalIdentifiedDefinition<?> node) {
        List<OptionalIdentifiedDefinition<?>> held = new ArrayList<>();
        switch (node) {
            case ChoiceDefinition choice -> {
                held.addAll(choice.getWhenClauses());
                held.add(choice.getOtherwise());
            }
            case TryDefinition attempt -> {
                held.addAll(attempt.getOutputsWithoutCatches());
                held.addAll(orNone(attempt.getCatchClauses()));
                held.add(attempt.getFinallyClause());
            }
            case CircuitBreakerDefinition guarded -> {
                held.addAll(guarded.getOutputs());
                held.add(guarded.getOnFallback());
            }
            case ProcessorDefinition<?> other -> held.addAll(other.getOutputs());
            case WhenDefinition branch -> held.addAll(branch.getOutputs());
            case OtherwiseDefinition branch -> held.addAll(branch.getOutputs());
            case OnFallbackDefinition branch -> held.addAll(branch.getOutputs());
            default -> {}
        }
        held.removeIf(Objects::isNull);
        return held;
    }

    private static String target(OptionalIdentifiedDefinition<?> step) {
        return switch (step) {
            case ProcessDefinition process -> orEmpty(process.getRef());
            case BeanDefinition bean -> orEmpty(bean.getRef());
            case ToDefinition to -> orEmpty(to.getEndpointUri());
            case ToDynamicDefinition to -> orEmpty(to.getUri());
            default -> "";
        };
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
