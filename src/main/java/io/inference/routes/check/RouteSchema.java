package io.inference.routes.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import io.inference.config.Names;
import io.inference.routes.door.RouteFault;
import io.inference.yaml.YamlPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Validates files against Camel's own schema of its YAML. Camel's loader reports only the first fault of a file and
 * misses some, such as a missing property or a text instead of a list. For one mistake, a schema with many alternatives
 * reports a fault for each of them; only the fault deepest in the file is kept.
 */
public final class RouteSchema {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RouteSchema() {}

    /** Loaded on first use: it is large. */
    private static final class Camel {
        static final JsonNode TEXT = read();
        static final Schema SCHEMA =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4).getSchema(TEXT);
        /** All names of the DSL. */
        static final Set<String> WORDS = TEXT.findValues("properties").stream()
                .flatMap(properties -> properties.propertyStream().map(Map.Entry::getKey))
                .collect(Collectors.toUnmodifiableSet());

        private static JsonNode read() {
            try (InputStream file = RouteSchema.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
                return JSON.readTree(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** @return the faults of each file, by its name */
    public static Map<String, List<RouteFault>> check(Map<String, String> contents) {
        Map<String, List<RouteFault>> faults = new LinkedHashMap<>();
        contents.forEach((file, text) -> faults.put(file, check(file, text)));
        return faults;
    }

    /** @return nothing for a text that is not YAML, which the loader reports */
    private static List<RouteFault> check(String file, String text) {
        LoadSettings asCamelDoes = LoadSettings.builder().build();
        try {
            Object content = new Load(asCamelDoes).loadFromString(text);
            Optional<Node> root = new Compose(asCamelDoes).composeString(text);
            return root.map(node -> check(file, JSON.valueToTree(content), node))
                    .orElse(List.of());
        } catch (YamlEngineException e) {
            return List.of();
        }
    }

    private static List<RouteFault> check(String file, JsonNode content, Node root) {
        Map<NodePath, List<Error>> byPlace = new LinkedHashMap<>();
        for (Error error : Camel.SCHEMA.validate(content)) {
            List<Error> here = byPlace.computeIfAbsent(error.getInstanceLocation(), place -> new ArrayList<>());
            if (!isAnyScalar(error)) {
                here.add(error);
            }
        }
        List<RouteFault> faults = new ArrayList<>();
        byPlace.forEach((place, errors) -> {
            boolean deepest =
                    byPlace.keySet().stream().noneMatch(other -> !other.equals(place) && other.startsWith(place));
            if (deepest) {
                YamlPlace where = YamlPlace.root(root, "id").at(place);
                List<String> unknown = of(errors, "additionalProperties");
                unknown.forEach(name -> faults.add(unknown(file, where, name)));
                String message = unknown.isEmpty() ? message(errors) : "";
                if (!message.isEmpty()) {
                    faults.add(new RouteFault(file, where.line(), where.label(), message));
                }
            }
        });
        return faults;
    }

    /** Camel reads {@code 5} as it reads {@code "5"}, and a placeholder stands for any kind of value. */
    private static boolean isAnyScalar(Error error) {
        JsonNode found = error.getInstanceNode();
        return error.getKeyword().equals("type")
                && found != null
                && found.isValueNode()
                && (!found.isTextual() || found.asText().startsWith("{{"));
    }

    /** Empty if the errors are only alternatives of a fault elsewhere, or of a number that Camel accepts as a text. */
    private static String message(List<Error> errors) {
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

    private static RouteFault unknown(String file, YamlPlace around, String name) {
        YamlPlace place = around.within(name);
        String hint = Names.didYouMean(name, Camel.WORDS);
        return new RouteFault(file, place.line(), place.label(), "there is no property '" + name + "' here" + hint);
    }
}
