package io.inference.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import io.inference.config.Names;
import io.inference.yaml.YamlPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Checks the form of {@code backends.yaml} by the schema {@code schema/backends.json}, which editors can use too. */
final class EntrySchema {
    private static final JsonNode TEXT = read();
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(TEXT);

    private EntrySchema() {}

    private static JsonNode read() {
        try (InputStream file = EntrySchema.class.getResourceAsStream("/schema/backends.json")) {
            return new ObjectMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A fault and the path of the value at fault. */
    record Found(NodePath path, EntryFault fault) {}

    static List<Found> check(JsonNode content, YamlPlace root) {
        List<Found> found = new ArrayList<>();
        for (Error error : SCHEMA.validate(content)) {
            YamlPlace place = root.at(error.getInstanceLocation());
            if (error.getKeyword().equals("additionalProperties")) {
                place = place.within(String.valueOf(error.getProperty()));
            }
            found.add(new Found(
                    error.getInstanceLocation(),
                    new EntryFault(place.line(), place.label(), message(error, field(error.getInstanceLocation())))));
        }
        return found;
    }

    private static String message(Error error, String field) {
        String property = String.valueOf(error.getProperty());
        JsonNode rules = rules(error);
        return switch (error.getKeyword()) {
            case "additionalProperties" ->
                "there is no field '" + property + "' here"
                        + Names.didYouMean(
                                property,
                                rules.path("properties").properties().stream()
                                        .map(java.util.Map.Entry::getKey)
                                        .toList());
            case "required" -> "the field '" + property + "' is missing";
            case "enum" -> value(error, field) + " is not one of " + list(rules.path("enum"));
            case "pattern" ->
                value(error, field) + " is not " + rules.path("description").asText("valid");
            case "type" -> "'" + field + "' is not " + types(rules.path("type")) + describe(rules);
            case "minimum", "maximum" ->
                value(error, field) + " is not from " + rules.path("minimum").asText() + " to "
                        + rules.path("maximum").asText();
            case "minItems", "minProperties", "minLength" -> "'" + field + "' is empty" + describe(rules);
            case "maxProperties" -> "'" + field + "' has more than one entry" + describe(rules);
            case "uniqueItems" -> "'" + field + "' names one twice";
            case "dependencies" -> "'" + field + "': a certificate needs its key, and a key its certificate";
            default -> "'" + field + "' " + error.getMessage();
        };
    }

    /** The part of the schema that the value violates. */
    private static JsonNode rules(Error error) {
        NodePath path = error.getSchemaLocation().getFragment();
        JsonNode node = TEXT;
        for (int i = 0; i < path.getNameCount() - 1; i++) {
            Object name = path.getElement(i);
            node = name instanceof Integer index ? node.path(index) : node.path(name.toString());
        }
        return node;
    }

    private static String value(Error error, String field) {
        JsonNode node = error.getInstanceNode();
        String shown = node == null || node.isContainerNode() ? "the value" : "'" + node.asText() + "'";
        return "'" + field + "': " + shown;
    }

    private static String types(JsonNode type) {
        if (!type.isArray()) {
            return words(type.asText());
        }
        List<String> all = new ArrayList<>();
        type.forEach(one -> all.add(words(one.asText())));
        all.remove("a null");
        return String.join(" or ", all);
    }

    private static String words(String type) {
        return switch (type) {
            case "array" -> "a list";
            case "object" -> "a mapping of keys to values";
            case "string" -> "a text";
            case "integer" -> "a whole number";
            case "boolean" -> "true or false";
            default -> "a " + type;
        };
    }

    private static String describe(JsonNode rules) {
        String what = rules.path("description").asText();
        return what.isEmpty() ? "" : ": " + what;
    }

    private static String list(JsonNode values) {
        List<String> all = new ArrayList<>();
        values.forEach(value -> all.add(value.asText()));
        return String.join(", ", all);
    }

    /** The innermost key of a path. */
    private static String field(NodePath path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            if (!(path.getElement(i) instanceof Integer)) {
                return path.getElement(i).toString();
            }
        }
        return "the file";
    }
}
