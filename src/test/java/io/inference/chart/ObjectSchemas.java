package io.inference.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Schemas of Kubernetes' objects, which allow no unknown field: {@code kubernetes.json} is generated ({@code
 * src/build/kubernetes-schemas.py}), {@code custom-resources.json} has the fields that the chart uses.
 */
final class ObjectSchemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("src/test/resources/kubernetes");
    private static final Map<String, JsonNode> TEXTS = texts();
    private static final Map<String, Schema> LOADED = new HashMap<>();

    private ObjectSchemas() {}

    /** What is wrong with an object; a kind without a schema is wrong as well. */
    static List<String> faults(JsonNode object) {
        String kind =
                object.path("apiVersion").asText() + "/" + object.path("kind").asText();
        JsonNode text = TEXTS.get(kind);
        if (text == null) {
            return List.of("no schema for " + kind);
        }
        return LOADED
                .computeIfAbsent(
                        kind,
                        key -> SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                                .getSchema(text))
                .validate(object)
                .stream()
                .map(error -> kind + " " + Chart.name(object) + error.getInstanceLocation() + ": " + error.getMessage())
                .toList();
    }

    private static Map<String, JsonNode> texts() {
        Map<String, JsonNode> texts = new HashMap<>();
        for (String file : List.of("kubernetes.json", "custom-resources.json")) {
            try {
                JsonNode all = JSON.readTree(FOLDER.resolve(file).toFile());
                all.path("kinds").properties().forEach(kind -> {
                    ObjectNode schema = kind.getValue().deepCopy();
                    schema.set("$defs", all.path("$defs"));
                    texts.put(kind.getKey(), schema);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return texts;
    }
}
