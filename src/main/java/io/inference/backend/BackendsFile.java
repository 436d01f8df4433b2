package io.inference.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.inference.config.KnownSettings;
import io.inference.config.Names;
import io.inference.config.Setting;
import io.inference.yaml.YamlPlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads {@code backends.yaml}: replaces {@code {{settings}}}, checks the form and the meaning of each entry, and puts
 * the entries together with those of the variables. All faults are reported at once, as far as one does not hide
 * another.
 */
public final class BackendsFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}:]+)(?::([^{}]*))?}}");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,9}");

    private final BackendSettings settings;
    private final Map<String, String> workflows;
    private final List<EntryFault> faults = new ArrayList<>();

    private BackendsFile(BackendSettings settings, Map<String, String> workflows) {
        this.settings = settings;
        this.workflows = workflows;
    }

    /**
     * Reads the text of the file.
     *
     * @param text null if there is no file, so that the entries of the variables are all
     * @param workflows texts of the files of workflows that entries may name, by their names
     */
    public static BackendEntries read(@Nullable String text, Map<String, String> workflows, BackendSettings settings) {
        BackendsFile file = new BackendsFile(settings, workflows);
        Map<String, BackendEntry> entries = new LinkedHashMap<>();
        settings.defaults().forEach(entry -> entries.put(entry.name(), entry));
        if (text != null) {
            file.read(text, entries);
        }
        return new BackendEntries(List.copyOf(entries.values()), file.faults);
    }

    private void read(String text, Map<String, BackendEntry> entries) {
        Object content;
        Optional<Node> root;
        try {
            LoadSettings yaml = LoadSettings.builder().build();
            content = new Load(yaml).loadFromString(text);
            root = new Compose(yaml).composeString(text);
        } catch (YamlEngineException e) {
            faults.add(unreadable(e));
            return;
        }
        if (content != null && root.isPresent()) {
            YamlPlace whole = YamlPlace.root(root.get(), "name");
            read(expanded(JSON.valueToTree(content), whole), whole, entries);
        }
    }

    private static EntryFault unreadable(YamlEngineException failure) {
        int line = failure instanceof MarkedYamlEngineException marked
                ? marked.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0)
                : 0;
        String what = failure instanceof MarkedYamlEngineException marked ? marked.getProblem() : failure.getMessage();
        return new EntryFault(
                line,
                "",
                "it is no YAML: " + String.valueOf(what).lines().findFirst().orElse(""));
    }

    private void read(JsonNode content, YamlPlace whole, Map<String, BackendEntry> entries) {
        Set<Integer> malformed = new HashSet<>();
        for (EntrySchema.Found found : EntrySchema.check(content, whole)) {
            faults.add(found.fault());
            if (found.path().getNameCount() > 1 && found.path().getElement(1) instanceof Integer index) {
                malformed.add(index);
            }
        }
        YamlPlace list = whole.within("backends");
        Map<String, Integer> lines = new HashMap<>();
        int index = 0;
        JsonNode nodes = content.path("backends");
        for (JsonNode node : nodes.isArray() ? nodes : JSON.createArrayNode()) {
            YamlPlace place = list.within(index);
            String name = node.path("name").asText();
            Integer before = name.isEmpty() ? null : lines.putIfAbsent(name, place.line());
            if (before != null) {
                faults.add(new EntryFault(
                        place.line(), name, "there is already an entry '" + name + "' in line " + before));
            }
            EntryReader reader = new EntryReader(node, place, settings, ofName(name), workflows);
            reader.check(faults);
            if (!node.path("enabled").asBoolean(true)) {
                entries.remove(name);
            } else if (node.isObject() && !malformed.contains(index) && reader.isSound()) {
                entries.put(name, reader.entry());
            }
            index++;
        }
    }

    private @Nullable BackendEntry ofName(String name) {
        return settings.defaults().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The same content with the values of settings in place of their names. */
    private JsonNode expanded(JsonNode node, YamlPlace place) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties()
                    .forEach(field ->
                            copy.set(field.getKey(), expanded(field.getValue(), place.within(field.getKey()))));
            return copy;
        }
        if (node instanceof ArrayNode list) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(list.size());
            for (int i = 0; i < list.size(); i++) {
                copy.add(expanded(list.get(i), place.within(i)));
            }
            return copy;
        }
        return node.isTextual() && node.asText().contains("{{") ? scalar(expand(node.asText(), place)) : node;
    }

    private String expand(String text, YamlPlace place) {
        Matcher placeholder = PLACEHOLDER.matcher(text);
        return placeholder.replaceAll(found -> {
            String key = found.group(1).strip();
            Optional<String> value = settings.placeholders().apply(key);
            if (value.isEmpty()) {
                faults.add(new EntryFault(place.line(), place.label(), "no setting '" + key + "'" + nearest(key)));
            }
            String otherwise = found.group(2) == null ? "" : found.group(2);
            return Matcher.quoteReplacement(value.filter(set -> !set.isEmpty()).orElse(otherwise));
        });
    }

    private static String nearest(String key) {
        return Names.didYouMean(
                key,
                KnownSettings.ALL.stream()
                        .filter(setting -> !setting.secret())
                        .map(Setting::key)
                        .toList());
    }

    /** YAML would have read the value as a number or as true or false. */
    private static JsonNode scalar(String text) {
        if (WHOLE.matcher(text).matches()) {
            return IntNode.valueOf(Integer.parseInt(text));
        }
        return text.equals("true") || text.equals("false")
                ? BooleanNode.valueOf(text.equals("true"))
                : TextNode.valueOf(text);
    }
}
