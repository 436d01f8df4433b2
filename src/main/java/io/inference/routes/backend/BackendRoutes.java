package io.inference.routes.backend;

import io.inference.backend.BackendEntry;
import io.inference.config.Names;
import io.inference.routes.check.RouteFaults;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.RouteFault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;

/**
 * A route {@code backend-<name>} for each entry, made of the route template {@value #TEMPLATE}; a route of that id in a
 * file takes its place.
 */
public final class BackendRoutes {
    private static final String TEMPLATE = "call-backend";
    private static final String NAME = "name";
    private static final String KIND_ROUTE = "kindRoute";

    private BackendRoutes() {}

    /** Id of the route that asks the backend of a name. */
    public static String id(String backend) {
        return "backend-" + backend;
    }

    /** @param faults receives what keeps an entry from having a route */
    public static void add(DefaultCamelContext context, List<BackendEntry> entries, Consumer<RouteFault> faults) {
        RouteTemplateDefinition template = context.getRouteTemplateDefinition(TEMPLATE);
        for (BackendEntry entry : entries) {
            if (context.getRouteDefinition(id(entry.name())) != null) {
                continue;
            }
            if (template == null) {
                faults.accept(new RouteFault(
                        RouteFiles.BACKENDS,
                        0,
                        entry.name(),
                        "there is no route '" + id(entry.name()) + "', and no route template '" + TEMPLATE
                                + "' to make it of"));
            } else if (hasParameters(template, entry, faults)) {
                add(context, template, entry, faults);
            }
        }
    }

    private static boolean hasParameters(
            RouteTemplateDefinition template, BackendEntry entry, Consumer<RouteFault> faults) {
        Set<String> known = template.getTemplateParameters().stream()
                .map(RouteTemplateParameterDefinition::getName)
                .filter(name -> !name.equals(NAME) && !name.equals(KIND_ROUTE))
                .collect(Collectors.toSet());
        List<String> unknown = entry.parameters().keySet().stream()
                .filter(name -> !known.contains(name))
                .toList();
        for (String name : unknown) {
            faults.accept(new RouteFault(
                    RouteFiles.BACKENDS,
                    0,
                    entry.name(),
                    "the route template '" + TEMPLATE + "' has no parameter '" + name + "' to set"
                            + Names.didYouMean(name, known)));
        }
        return unknown.isEmpty();
    }

    private static void add(
            DefaultCamelContext context,
            RouteTemplateDefinition template,
            BackendEntry entry,
            Consumer<RouteFault> faults) {
        Map<String, Object> parameters = new HashMap<>(entry.parameters());
        parameters.put(NAME, entry.name());
        parameters.put(KIND_ROUTE, entry.kind().route());
        String id = id(entry.name());
        try {
            // The prefix keeps the ids of steps apart.
            String ignored = context.addRouteFromTemplate(id, TEMPLATE, entry.name() + "-", null, parameters);
            RouteDefinition route = context.getRouteDefinition(id);
            route.setResource(template.getResource());
            route.setLineNumber(template.getLineNumber());
            route.setDescription("Ask the backend " + entry.name() + ".");
        } catch (Exception e) {
            faults.accept(RouteFaults.of(RouteFaults.file(template), e));
        }
    }
}
