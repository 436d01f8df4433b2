package io.inference.routes.check;

import io.inference.config.KnownSettings;
import io.inference.config.Names;
import io.inference.config.Setting;
import io.inference.config.Settings;
import io.inference.routes.door.RouteFault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.OnCompletionDefinition;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.ToDefinition;
import org.jspecify.annotations.Nullable;

/** Checks loaded routes before they start: every bean, flow and setting that they name must exist. */
public final class RouteChecks {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([^{}:]+)(?::[^{}]*)?}}");
    private static final Pattern ID = Pattern.compile("[\\s-]*id:\\s*[\"']?([^\"'#]*?)[\"']?\\s*(#.*)?");
    private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?]+).*");

    /** Not settings; {@link RouteSafety} reports them. */
    private static final Set<String> OF_THE_MACHINE = Set.of("env", "sys", "sysenv", "service", "bean");

    private static final Set<String> DOORS = Set.of("platform-http", "grpc", "spring-rabbitmq");
    private final ModelCamelContext context;

    private final Settings settings;
    private final List<RouteFault> faults = new ArrayList<>();
    private final Set<String> flows;
    private final boolean whole;

    private RouteChecks(
            ModelCamelContext context, Settings settings, Collection<RouteDefinition> routes, boolean whole) {
        this.context = context;
        this.whole = whole;
        this.settings = settings;
        this.flows = routes.stream()
                .map(route -> flowName(TemplateText.from(route)))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** @param whole whether all files could be loaded, so that a missing flow is a fault */
    public static List<RouteFault> check(
            ModelCamelContext context, Settings settings, RouteFiles files, boolean whole) {
        List<RouteDefinition> routes = context.getRouteDefinitions();
        RouteChecks checks = new RouteChecks(context, settings, routes, whole);
        checks.checkDuplicates(routes);
        routes.forEach(checks::checkRoute);
        files.routes().forEach(checks::checkPlaceholders);
        // A fault in a route configuration shows in each route that names it.
        return checks.faults.stream().distinct().toList();
    }

    private void checkDuplicates(List<RouteDefinition> routes) {
        Map<String, RouteDefinition> flowOwners = new HashMap<>();
        Map<String, RouteDefinition> idOwners = new HashMap<>();
        for (RouteDefinition route : routes) {
            claim(idOwners, route.getRouteId(), route, route);
            steps(own(route))
                    .forEach(step ->
                            claim(idOwners, step.getId() == null ? null : TemplateText.uniqueId(step), route, step));
            String flow = flowName(TemplateText.from(route));
            RouteDefinition other = flow.isEmpty() ? null : flowOwners.putIfAbsent(flow, route);
            if (other != null) {
                fault(
                        route,
                        route,
                        "direct:" + flow + " is already the route " + other.getRouteId() + " of "
                                + RouteFaults.file(other));
            }
        }
    }

    private void claim(
            Map<String, RouteDefinition> owners,
            @Nullable String id,
            RouteDefinition route,
            OptionalIdentifiedDefinition<?> step) {
        RouteDefinition other = id == null ? null : owners.putIfAbsent(id, route);
        if (other != null) {
            fault(
                    route,
                    step,
                    "the id '" + id + "' is already used in the route " + other.getRouteId() + " of "
                            + RouteFaults.file(other));
        }
    }

    /** The route's outputs without those that a route configuration or the file adds to several routes. */
    public static List<ProcessorDefinition<?>> own(RouteDefinition route) {
        return route.getOutputs().stream()
                .filter(step -> !(step instanceof OnExceptionDefinition) && !(step instanceof OnCompletionDefinition))
                .toList();
    }

    /** All steps of a kind in a route. */
    public static <T extends ProcessorDefinition<?>> Collection<T> steps(RouteDefinition route, Class<T> kind) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), kind);
    }

    private static Collection<ProcessorDefinition<?>> steps(List<ProcessorDefinition<?>> outputs) {
        List<ProcessorDefinition<?>> steps = new ArrayList<>();
        ProcessorDefinitionHelper.filterTypeInOutputs(outputs, ProcessorDefinition.class)
                .forEach(steps::add);
        return steps;
    }

    /** Whether exchanges from an endpoint have a caller, authenticated by its door. */
    public static boolean isDoor(String uri) {
        return DOORS.contains(uri.replaceFirst(":.*", ""));
    }

    /** Doors authenticate callers. The route's note, a step of the route or the settings decide who may call it. */
    private void checkAccess(RouteDefinition route) {
        RouteAccess access = RouteAccess.of(route);
        String wrong = access.scope() != null && !isDoor(route.getInput().getEndpointUri())
                ? "a note '" + RouteAccess.MARK + "' counts on a route of a door alone: " + DOORS
                : access.fault();
        if (wrong != null) {
            fault(route, route, wrong);
        }
    }

    private void checkRoute(RouteDefinition route) {
        checkAccess(route);
        for (ProcessorDefinition<?> step : steps(route.getOutputs())) {
            switch (step) {
                case ProcessDefinition process -> checkBean(route, step, process.getRef());
                case BeanDefinition bean -> checkBean(route, step, bean.getRef());
                case ToDefinition to -> checkTarget(route, step, to.getEndpointUri());
                default -> {}
            }
        }
    }

    private void checkBean(RouteDefinition route, ProcessorDefinition<?> step, @Nullable String ref) {
        if (ref == null || ref.startsWith("#") || context.getRegistry().lookupByName(ref) != null) {
            return;
        }
        Set<String> published = context.getRegistry()
                .findByTypeWithName(org.apache.camel.Processor.class)
                .keySet();
        fault(route, step, "no bean '" + ref + "'" + Names.didYouMean(ref, published));
    }

    private void checkTarget(RouteDefinition route, ProcessorDefinition<?> step, @Nullable String uri) {
        if (uri == null) {
            return;
        }
        String flow = flowName(TemplateText.withParameters(route, uri));
        if (whole && !flow.isEmpty() && !flow.contains("{{") && !flow.contains("${") && !flows.contains(flow)) {
            fault(route, step, "no route consumes direct:" + flow + Names.didYouMean(flow, flows));
        } else if (flow.isEmpty() && !uri.contains("{{") && !uri.contains("${")) {
            checkEndpoint(route, step, uri);
        }
    }

    /** Camel would report only the first, and the route rather than the step. */
    private void checkEndpoint(RouteDefinition route, ProcessorDefinition<?> step, String uri) {
        try {
            context.getEndpoint(uri);
        } catch (RuntimeException e) {
            // A component may throw any exception.
            fault(route, step, RouteFaults.reason(e));
        }
    }

    /** Checks the text of a file, since a setting may be used anywhere: in addresses, expressions, messages, names. */
    private void checkPlaceholders(String file, String text) {
        Set<String> parameters = parameters(file);
        String step = "";
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher id = ID.matcher(line);
            step = id.matches() ? id.group(1) : step;
            Matcher placeholder = PLACEHOLDER.matcher(line.stripLeading().startsWith("#") ? "" : line);
            while (placeholder.find()) {
                String key = placeholder.group(1);
                if (!OF_THE_MACHINE.contains(key.strip())
                        && !parameters.contains(key.strip())
                        && settings.forRoutes(key).isEmpty()) {
                    faults.add(new RouteFault(file, number, step, "no setting '" + key + "'" + nearestSetting(key)));
                }
            }
        }
    }

    /** Names of the parameters of the route templates in a file. */
    private Set<String> parameters(String file) {
        return context.getRouteTemplateDefinitions().stream()
                .filter(template -> RouteFaults.file(template).equals(file))
                .flatMap(template -> template.getTemplateParameters().stream())
                .map(RouteTemplateParameterDefinition::getName)
                .collect(Collectors.toSet());
    }

    private static String nearestSetting(String key) {
        return Names.didYouMean(
                key,
                KnownSettings.ALL.stream()
                        .filter(setting -> !setting.secret())
                        .map(Setting::key)
                        .toList());
    }

    private void fault(RouteDefinition route, OptionalIdentifiedDefinition<?> step, String message) {
        faults.add(RouteChecks.faultOf(route, step, message));
    }

    /** A fault of a step, with its place. */
    public static RouteFault faultOf(RouteDefinition route, OptionalIdentifiedDefinition<?> step, String message) {
        String id = step.getId() == null ? step.getShortName() : step.getId();
        String file = step.getLocation() == null ? RouteFaults.file(route) : RouteFaults.fileName(step.getLocation());
        return new RouteFault(file, Math.max(step.getLineNumber(), 0), id, message);
    }

    static String flowName(@Nullable String uri) {
        if (uri == null) {
            return "";
        }
        Matcher direct = DIRECT.matcher(uri);
        return direct.matches() ? direct.group(1) : "";
    }
}
