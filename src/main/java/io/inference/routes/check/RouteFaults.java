package io.inference.routes.check;

import io.inference.routes.door.RouteFault;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.dsl.yaml.common.exception.DuplicateKeyException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.springframework.core.NestedExceptionUtils;

/** Turns Camel's exceptions about a route file into faults that an operator can act on. */
public final class RouteFaults {
    private static final Pattern TWICE =
            Pattern.compile(".*Multiple consumers for the same endpoint is not allowed: [^:]+:/*(/[^?]*).*");

    private RouteFaults() {}

    public static RouteFault of(String file, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException marked) {
                int line =
                        marked.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
                return new RouteFault(file, line, "", firstLine(marked.getProblem()));
            }
            if (cause instanceof DuplicateKeyException) {
                return new RouteFault(file, 0, "", firstLine(cause.getMessage()));
            }
        }
        return new RouteFault(file, 0, "", reason(failure));
    }

    public static RouteFault ofStart(ModelCamelContext context, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case FailedToCreateRouteException notCreated -> {
                    return ofRoute(context, notCreated.getRouteId(), reason(cause));
                }
                case FailedToStartRouteException notStarted -> {
                    return ofRoute(context, notStarted.getRouteId(), startMessage(notStarted));
                }
                default -> {}
            }
        }
        return new RouteFault("", 0, "", reason(failure));
    }

    /** A fault of a route, with the place of that route in its file. */
    public static RouteFault placed(ModelCamelContext context, RouteFault fault) {
        return fault.file().isEmpty() ? ofRoute(context, fault.step(), fault.message()) : fault;
    }

    private static RouteFault ofRoute(ModelCamelContext context, String routeId, String message) {
        RouteDefinition route = context.getRouteDefinition(routeId);
        return route == null
                ? new RouteFault("", 0, routeId, message)
                : new RouteFault(file(route), route.getLineNumber(), routeId, message);
    }

    private static String startMessage(FailedToStartRouteException failure) {
        Matcher twice = TWICE.matcher(reason(failure));
        return twice.matches() ? twice.group(1) + " is already served by another route" : reason(failure);
    }

    /** Name of the file that a route came from. */
    public static String file(RouteDefinition route) {
        return route.getResource() == null ? "" : fileName(route.getResource().getLocation());
    }

    /** Name of the file that a route template came from. */
    public static String file(RouteTemplateDefinition template) {
        return template.getResource() == null
                ? ""
                : fileName(template.getResource().getLocation());
    }

    /** A location of Camel without its scheme. */
    static String fileName(String location) {
        return location.replaceFirst("^[a-z]+:", "");
    }

    /** The message of a failure's root cause. */
    static String reason(Throwable failure) {
        return firstLine(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
    }

    private static String firstLine(@Nullable String message) {
        return message == null
                ? "it cannot be read"
                : message.lines().findFirst().orElse("it cannot be read");
    }
}
