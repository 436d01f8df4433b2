package io.inference.backend.workflow;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.inference.config.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/**
 * A workflow of ComfyUI in its API format: nodes by their ids, each with {@code class_type} and {@code inputs}. Inputs
 * that are a {@link Place} are filled with values of their type, in the tree and once, so that a value is never read as
 * a part of the workflow, whatever it contains.
 *
 * @param text JSON in which {@link #faults} finds nothing
 */
public record Workflow(String text) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "class_type";
    private static final String INPUTS = "inputs";

    /** Values of places that name none. */
    private static final Map<String, String> DEFAULTS = Map.of(
            Place.NEGATIVE_PROMPT, "",
            Place.STEPS, "20",
            Place.CFG, "7",
            Place.SAMPLER, "euler",
            Place.SCHEDULER, "normal",
            Place.STRENGTH, "0.75",
            Place.WIDTH, "512",
            Place.HEIGHT, "512",
            Place.COUNT, "1");

    /**
     * An input of a node.
     *
     * @param type of the node, such as {@code CheckpointLoaderSimple}
     * @param name of the input, such as {@code ckpt_name}
     */
    public record Input(String type, String name) {}

    /**
     * What is wrong with a text that is to be a workflow; empty if nothing is.
     *
     * @param edits whether it edits pictures
     */
    public static List<String> faults(String text, boolean edits) {
        JsonNode tree;
        try {
            tree = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            return List.of("is no JSON" + (where == null ? "" : ", in line " + where.getLineNr()));
        }
        if (!tree.isObject() || tree.isEmpty()) {
            return List.of("has no nodes");
        }
        if (tree.path("nodes").isArray()) {
            return List.of("is in the format of ComfyUI's editor: export it in the API format");
        }
        List<String> faults = new ArrayList<>();
        tree.properties().forEach(node -> checkNode(node.getKey(), node.getValue(), tree, faults));
        List<Place> places = new ArrayList<>();
        inputs(tree, value -> checkPlaces(value, places, faults));
        checkNames(places.stream().map(Place::name).toList(), edits, faults);
        return List.copyOf(faults);
    }

    private static void checkNode(String id, JsonNode node, JsonNode tree, List<String> faults) {
        if (!node.path(TYPE).isTextual() || !node.path(INPUTS).isObject()) {
            faults.add("has a node '" + id + "' without '" + TYPE + "' or without '" + INPUTS + "'");
            return;
        }
        node.path(INPUTS).properties().forEach(input -> {
            JsonNode link = input.getValue();
            boolean links = link.isArray()
                    && link.size() == 2
                    && link.get(0).isTextual()
                    && link.get(1).isInt();
            if (links && !tree.has(link.get(0).asText())) {
                faults.add("has a node '" + id + "' that is linked to '"
                        + link.get(0).asText() + "', which is not there");
            }
        });
    }

    private static void checkPlaces(String value, List<Place> places, List<String> faults) {
        Matcher found = Place.in(value);
        while (found.find()) {
            Place place = Place.of(found);
            places.add(place);
            String shown = "'" + found.group() + "'";
            if (!place.isKnown()) {
                faults.add("has the unknown place " + shown + Names.didYouMean(place.name(), Place.NAMES));
            } else if (!place.isText() && !found.group().equals(value)) {
                faults.add("has text around " + shown + ", which must be the whole value");
            } else if (!place.hasSoundValue()) {
                faults.add("has a value in " + shown + " that cannot be there");
            }
        }
    }

    private static void checkNames(List<String> names, boolean edits, List<String> faults) {
        if (!names.contains(Place.PROMPT)) {
            faults.add("has no place '{{prompt}}'");
        }
        boolean takes = names.contains(Place.IMAGE);
        if (edits && !takes) {
            faults.add("has no place '{{image}}' for the picture to edit");
        }
        if (!edits && (takes || names.contains(Place.MASK))) {
            faults.add("has a place for a picture to edit: it belongs to 'editWorkflow'");
        }
        for (int number = 3; number <= Place.MOST_IMAGES; number++) {
            if (names.contains(Place.image(number)) && !names.contains(Place.image(number - 1))) {
                faults.add("has a place '{{" + Place.image(number) + "}}' but none before it");
            }
        }
    }

    /** Runs for each text in an input of a node; what else a node has is never filled. */
    private static void inputs(JsonNode tree, Consumer<String> onText) {
        tree.forEach(node -> walk(node.path(INPUTS), onText));
    }

    private static void walk(JsonNode node, Consumer<String> onText) {
        if (node.isTextual()) {
            onText.accept(node.asText());
        } else {
            node.forEach(child -> walk(child, onText));
        }
    }

    private JsonNode tree() {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a workflow was not checked", e);
        }
    }

    /** Its places by their names. */
    public Map<String, Place> places() {
        Map<String, Place> places = new LinkedHashMap<>();
        inputs(tree(), value -> {
            Matcher found = Place.in(value);
            while (found.find()) {
                Place place = Place.of(found);
                places.putIfAbsent(place.name(), place);
            }
        });
        return places;
    }

    /** The input that chooses the model; empty if the workflow has a model of its own. */
    public Optional<Input> modelInput() {
        return tree().valueStream()
                .flatMap(node -> node.path(INPUTS)
                        .propertyStream()
                        .filter(input -> isModel(input.getValue()))
                        .map(input -> new Input(node.path(TYPE).asText(), input.getKey())))
                .findFirst();
    }

    /** The model that the workflow names itself; empty if none of the usual inputs does. */
    public Optional<String> ownModel() {
        JsonNode tree = tree();
        return Stream.of("ckpt_name", "unet_name", "model_name")
                .flatMap(
                        name -> tree.valueStream().map(node -> node.path(INPUTS).path(name)))
                .filter(value ->
                        value.isTextual() && Place.whole(value.asText()).isEmpty())
                .map(JsonNode::asText)
                .findFirst();
    }

    /** The place that is an input of a node; empty if its value is the workflow's own. */
    public Optional<Place> place(String node, String input) {
        JsonNode value = tree().path(node).path(INPUTS).path(input);
        return value.isTextual() ? Place.whole(value.asText()) : Optional.empty();
    }

    private static boolean isModel(JsonNode value) {
        return value.isTextual()
                && Place.whole(value.asText())
                        .filter(place -> place.name().equals(Place.MODEL))
                        .isPresent();
    }

    /**
     * The workflow with values in its places.
     *
     * @param values texts and numbers by the names of places; a place without a value gets its own, or a usual one
     * @throws IllegalArgumentException if a place has neither; the message is its name
     */
    public ObjectNode filled(Map<String, Object> values) {
        ObjectNode workflow = JsonNodeFactory.instance.objectNode();
        tree().properties()
                .forEach(node -> workflow.putObject(node.getKey())
                        .put(TYPE, node.getValue().path(TYPE).asText())
                        .set(INPUTS, filled(node.getValue().path(INPUTS), values)));
        return workflow;
    }

    private static JsonNode filled(JsonNode node, Map<String, Object> values) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(field -> copy.set(field.getKey(), filled(field.getValue(), values)));
            return copy;
        }
        if (node instanceof ArrayNode list) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(list.size());
            list.forEach(element -> copy.add(filled(element, values)));
            return copy;
        }
        return node.isTextual() ? filled(node.asText(), values) : node;
    }

    private static JsonNode filled(String text, Map<String, Object> values) {
        Optional<Place> whole = Place.whole(text);
        if (whole.isPresent()) {
            return value(whole.get(), values);
        }
        return TextNode.valueOf(Place.in(text).replaceAll(found -> {
            Place place = new Place(found.group(1), found.group(2));
            return Matcher.quoteReplacement(value(place, values).asText());
        }));
    }

    private static JsonNode value(Place place, Map<String, Object> values) {
        Object given = values.get(place.name());
        return switch (given) {
            case String value -> TextNode.valueOf(value);
            case Integer value -> IntNode.valueOf(value);
            case Long value -> LongNode.valueOf(value);
            case Double value -> DoubleNode.valueOf(value);
            case null, default -> ownValue(place);
        };
    }

    private static JsonNode ownValue(Place place) {
        String value = place.otherwise() == null ? DEFAULTS.get(place.name()) : place.otherwise();
        if (value == null) {
            throw new IllegalArgumentException(place.name());
        }
        return switch (place.name()) {
            case Place.SEED, Place.STEPS, Place.WIDTH, Place.HEIGHT, Place.COUNT ->
                IntNode.valueOf(Integer.parseInt(value.strip()));
            case Place.CFG, Place.STRENGTH -> DoubleNode.valueOf(Double.parseDouble(value.strip()));
            default -> TextNode.valueOf(value);
        };
    }
}
