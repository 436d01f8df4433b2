package io.inference.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Holds files to Camel's own schema of its YAML, for what Camel's loader lets pass: a property that is missing, or a text in place of
 * a list. A schema full of alternatives names each of them for one mistake, so that only what is wrong deepest in the file is told.
 */
final class RouteSchema {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RouteSchema() {}

    /** Read when it is first needed: it is large. */
    private static final class Camel {
        static final Schema SCHEMA = read();

        private static Schema read() {
            try (InputStream file = RouteSchema.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
                return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                        .getSchema(JSON.readTree(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** @param text that Camel's loader has taken */
    static List<RouteFault> check(String file, String text) {
        LoadSettings asCamelDoes = LoadSettings.builder().build();
        JsonNode content = JSON.valueToTree(new Load(asCamelDoes).loadFromString(text));
        Map<NodePath, List<Error>> byPlace = new LinkedHashMap<>();
        for (Error error : Camel.SCHEMA.validate(content)) {
            List<Error> here = byPlace.computeIfAbsent(error.getInstanceLocation(), place -> new ArrayList<>());
            if (!isScalarForText(error)) {
                here.add(error);
            }
        }
        List<RouteFault> faults = new ArrayList<>();
        Node root = new Compose(asCamelDoes).composeString(text).orElseThrow();
        byPlace.forEach((place, errors) -> {
            boolean deepest =
                    byPlace.keySet().stream().noneMatch(other -> !other.equals(place) && other.startsWith(place));
            String message = deepest ? message(errors) : "";
            if (!message.isEmpty()) {
                faults.add(fault(file, root, place, message));
            }
        });
        return faults;
    }

    /** Camel reads {@code 5} as it reads {@code "5"}. */
    private static boolean isScalarForText(Error error) {
        JsonNode found = error.getInstanceNode();
        return error.getKeyword().equals("type") && found != null && found.isValueNode() && !found.isTextual();
    }

    /** Empty where only the alternatives around a mistake elsewhere, or around a number that Camel takes for a text, are told. */
    private static String message(List<Error> errors) {
        List<String> unknown = of(errors, "additionalProperties");
        if (!unknown.isEmpty()) {
            return "there is no property '" + String.join("', '", unknown) + "' here";
        }
        List<String> missing = of(errors, "required");
        if (missing.size() == 1) {
            return "the property '" + missing.getFirst() + "' is missing";
        }
        return errors.stream()
                .filter(error -> error.getKeyword().equals("type"))
                .findFirst()
                .map(Error::getMessage)
                .orElse(missing.isEmpty() ? "" : "one of these is missing: " + String.join(", ", missing));
    }

    private static List<String> of(List<Error> errors, String keyword) {
        return errors.stream()
                .filter(error -> error.getKeyword().equals(keyword))
                .map(error -> String.valueOf(error.getProperty()))
                .distinct()
                .toList();
    }

    /** Finds the place in the text: the line of the innermost key of the path, and the step around it. */
    private static RouteFault fault(String file, Node root, NodePath place, String message) {
        Node node = root;
        int line = 0;
        String step = "";
        for (int i = 0; i < place.getNameCount(); i++) {
            Object name = place.getElement(i);
            if (node instanceof SequenceNode list && name instanceof Integer index) {
                node = list.getValue().get(index);
            } else if (node instanceof MappingNode mapping) {
                NodeTuple entry = entry(mapping, name.toString());
                line = entry == null ? line : line(entry.getKeyNode());
                node = entry == null ? node : entry.getValueNode();
            }
            NodeTuple id = node instanceof MappingNode mapping ? entry(mapping, "id") : null;
            step = id != null && id.getValueNode() instanceof ScalarNode scalar ? scalar.getValue() : step;
        }
        return new RouteFault(file, line, step, message);
    }

    private static @Nullable NodeTuple entry(MappingNode mapping, String key) {
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode scalar
                    && scalar.getValue().equals(key)) {
                return entry;
            }
        }
        return null;
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
