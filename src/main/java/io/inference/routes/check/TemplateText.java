package io.inference.routes.check;

import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;

/** Texts of routes that are made of a route template: what their parameters stand for. */
public final class TemplateText {
    private TemplateText() {}

    /** A text with the values of the route's parameters and of settings in place of their names. */
    public static String resolved(CamelContext context, RouteDefinition route, String text) {
        if (!text.contains("{{")) {
            return text;
        }
        PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
        Properties parameters = new Properties();
        put(parameters, route.getTemplateDefaultParameters());
        put(parameters, route.getTemplateParameters());
        properties.setLocalProperties(parameters);
        try {
            return context.resolvePropertyPlaceholders(text);
        } finally {
            properties.setLocalProperties(null);
        }
    }

    /** A text with the values of the route's parameters alone in place of their names. */
    public static String withParameters(RouteDefinition route, String text) {
        if (route.getTemplateParameters() == null || !text.contains("{{")) {
            return text;
        }
        String result = text;
        for (Map.Entry<String, Object> parameter : route.getTemplateParameters().entrySet()) {
            result = result.replace(
                    "{{" + parameter.getKey() + "}}", parameter.getValue().toString());
        }
        return result;
    }

    /** The address that a route consumes, with the values of its parameters. */
    public static String from(RouteDefinition route) {
        return withParameters(route, route.getInput().getEndpointUri());
    }

    /** The id of a step among all routes: routes of one template have the same steps. */
    public static String uniqueId(OptionalIdentifiedDefinition<?> step) {
        String prefix = step.getNodePrefixId();
        return prefix == null ? String.valueOf(step.getId()) : prefix + step.getId();
    }

    private static void put(Properties properties, @Nullable Map<String, Object> values) {
        if (values != null) {
            values.forEach((name, value) -> properties.put(name, value.toString()));
        }
    }
}
