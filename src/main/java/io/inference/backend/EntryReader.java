package io.inference.backend;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.backend.workflow.Workflow;
import io.inference.backend.workflow.Workflows;
import io.inference.config.SettingKind;
import io.inference.yaml.YamlPlace;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * Reads one entry. Its form is checked by the schema; here its meaning is, field by field, so that a fault of one field
 * hides none of another.
 */
final class EntryReader {
    private static final SettingKind.HttpUrl URL = new SettingKind.HttpUrl();
    private static final String AUTHORIZATION = "authorization";
    private static final String WORKFLOW = "workflow";
    private static final String EDIT_WORKFLOW = "editWorkflow";

    private final JsonNode node;
    private final YamlPlace place;
    private final BackendSettings settings;
    private final @Nullable BackendEntry byDefault;
    private final Map<String, String> workflows;
    private boolean sound = true;

    /**
     * @param byDefault the entry of the variables of that name, whose kind, addresses and key are kept unless named
     * @param workflows texts of the files of workflows, by their names
     */
    EntryReader(
            JsonNode node,
            YamlPlace place,
            BackendSettings settings,
            @Nullable BackendEntry byDefault,
            Map<String, String> workflows) {
        this.node = node;
        this.place = place;
        this.settings = settings;
        this.byDefault = byDefault;
        this.workflows = workflows;
    }

    /** Whether {@link #check} has found no fault. */
    boolean isSound() {
        return sound;
    }

    void check(List<EntryFault> faults) {
        if (!node.isObject() || !node.path("enabled").asBoolean(true)) {
            return;
        }
        BackendKind kind = kind();
        if (kind == null && !node.has("kind")) {
            fault(faults, place, "the field 'kind' is missing");
        } else if (kind != null && kind.hasServers() && !node.has("urls") && inherited(kind) == null) {
            fault(faults, place, "the field 'urls' is missing");
        } else if (kind == BackendKind.LOCAL) {
            for (String field : List.of("urls", "apiKey", "headers", "tls", "health")) {
                if (node.has(field)) {
                    fault(faults, place.within(field), "the model of this process has no '" + field + "'");
                }
            }
        }
        checkUrls(faults);
        checkSecret(faults, node.path("apiKey"), place.within("apiKey"));
        checkHeaders(faults);
        checkNames(faults);
        checkFiles(faults);
        checkWorkflow(faults, kind, WORKFLOW, false);
        checkWorkflow(faults, kind, EDIT_WORKFLOW, true);
        if (node.path("health").has("path") && !node.has("models")) {
            fault(
                    faults,
                    place.within("health").within("path"),
                    "this path lists no models, so that the field 'models' must name them");
        }
    }

    private void checkUrls(List<EntryFault> faults) {
        YamlPlace urls = place.within("urls");
        for (int i = 0; i < node.path("urls").size(); i++) {
            JsonNode url = node.path("urls").get(i);
            if (url.isTextual() && url(url.asText()) == null) {
                String accepts = isService(url.asText()) ? ServiceAddresses.ACCEPTS : URL.accepts();
                fault(faults, urls.within(i), "'urls': '" + url.asText() + "' is not " + accepts);
            }
        }
    }

    private static @Nullable URI url(String text) {
        try {
            return isService(text) ? ServiceAddresses.parse(text) : (URI) URL.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isService(String text) {
        return text.startsWith(ServiceAddresses.SCHEME + ":");
    }

    private void checkHeaders(List<EntryFault> faults) {
        YamlPlace headers = place.within("headers");
        node.path("headers").properties().forEach(header -> {
            YamlPlace where = headers.within(header.getKey());
            checkSecret(faults, header.getValue(), where);
            if (!header.getKey().matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
                fault(faults, where, "'" + header.getKey() + "' is no name of a header");
            } else if (header.getKey().equalsIgnoreCase(AUTHORIZATION)
                    && header.getValue().isTextual()) {
                fault(faults, where, "a secret is not written here: {variable: NAME} or {file: path} refers to it");
            }
        });
    }

    private void checkSecret(List<EntryFault> faults, JsonNode secret, YamlPlace where) {
        if (!secret.isObject() || secret.size() != 1) {
            return;
        }
        EntryValue value = value(secret);
        if (value != null) {
            try {
                String ignored = settings.secrets().value(value);
            } catch (IllegalArgumentException e) {
                fault(faults, where, String.valueOf(e.getMessage()));
            }
        }
    }

    private void checkNames(List<EntryFault> faults) {
        Set<String> names = new TreeSet<>();
        YamlPlace models = place.within("models");
        for (int i = 0; i < node.path("models").size(); i++) {
            JsonNode model = node.path("models").get(i);
            String name = model.isObject() && !model.isEmpty()
                    ? model.properties().iterator().next().getKey()
                    : model.asText();
            if (!names.add(name)) {
                fault(faults, models.within(i), "'models' names '" + name + "' twice");
            }
        }
        node.path("aliases").properties().forEach(alias -> {
            if (!names.add(alias.getKey())) {
                fault(
                        faults,
                        place.within("aliases").within(alias.getKey()),
                        "'models' and 'aliases' both name '" + alias.getKey() + "'");
            }
        });
    }

    private void checkFiles(List<EntryFault> faults) {
        node.path("tls").properties().forEach(file -> {
            if (file.getValue().isTextual()
                    && !Files.isReadable(Path.of(file.getValue().asText()))) {
                fault(
                        faults,
                        place.within("tls").within(file.getKey()),
                        "the file '" + file.getValue().asText() + "' cannot be read");
            }
        });
    }

    private void checkWorkflow(List<EntryFault> faults, @Nullable BackendKind kind, String field, boolean edits) {
        if (!node.path(field).isTextual()) {
            return;
        }
        YamlPlace where = place.within(field);
        String name = node.path(field).asText();
        String text = workflows.get(name);
        if (kind != null && kind != BackendKind.COMFYUI) {
            fault(faults, where, "only the kind comfyui has a '" + field + "'");
        } else if (text == null) {
            fault(faults, where, "there is no file '" + name + "' in CONFIG_DIR");
        } else {
            Workflow.faults(text, edits).forEach(what -> fault(faults, where, "the file '" + name + "' " + what));
        }
    }

    private @Nullable Workflows workflows() {
        return node.has(WORKFLOW) || node.has(EDIT_WORKFLOW)
                ? new Workflows(workflow(WORKFLOW), workflow(EDIT_WORKFLOW))
                : null;
    }

    private @Nullable Workflow workflow(String field) {
        String text = workflows.get(node.path(field).asText());
        return text == null ? null : new Workflow(text);
    }

    private void fault(List<EntryFault> faults, YamlPlace where, String message) {
        sound = false;
        faults.add(new EntryFault(where.line(), where.label(), message));
    }

    private @Nullable BackendKind kind() {
        String label = node.path("kind").asText();
        if (!label.isEmpty()) {
            return BackendKind.labels().contains(label) ? BackendKind.of(label) : null;
        }
        return byDefault == null ? null : byDefault.kind();
    }

    /** The default entry whose addresses and key this one keeps; null if it names its own. */
    private @Nullable BackendEntry inherited(BackendKind kind) {
        return byDefault != null && byDefault.kind() == kind && !node.has("urls") ? byDefault : null;
    }

    /** The entry, if neither the schema nor {@link #check} has found a fault. */
    BackendEntry entry() {
        BackendKind kind = kind();
        if (kind == null) {
            throw new IllegalStateException("an entry without a kind");
        }
        BackendEntry kept = inherited(kind);
        return new BackendEntry(
                node.path("name").asText(),
                kind,
                kept == null ? urls() : kept.urls(),
                node.has("apiKey") ? value(node.path("apiKey")) : kept == null ? null : kept.apiKey(),
                models(),
                headers(),
                timeouts(),
                node.has("maxConcurrent") ? (Integer) node.path("maxConcurrent").asInt() : null,
                node.path("priority").asInt(BackendEntry.DEFAULT_PRIORITY),
                node.has("weight") ? (Integer) node.path("weight").asInt() : null,
                Set.copyOf(texts(node.path("lacks"))),
                health(),
                tls(),
                parameters(),
                workflows());
    }

    private List<URI> urls() {
        List<URI> urls = new ArrayList<>();
        texts(node.path("urls")).forEach(text -> {
            URI url = url(text);
            if (url != null) {
                urls.add(url);
            }
        });
        return urls;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>(list.size());
        list.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static @Nullable EntryValue value(JsonNode node) {
        if (node.isTextual()) {
            return new EntryValue.Text(node.asText());
        }
        if (node.path("variable").isTextual()) {
            return new EntryValue.Variable(node.path("variable").asText());
        }
        return node.path("file").isTextual()
                ? new EntryValue.File(Path.of(node.path("file").asText()))
                : null;
    }

    private EntryModels models() {
        Map<String, String> only = node.has("models") ? new LinkedHashMap<>() : null;
        if (only != null) {
            for (JsonNode model : node.path("models")) {
                if (model.isObject()) {
                    model.properties()
                            .forEach(name ->
                                    only.put(name.getKey(), name.getValue().asText()));
                } else {
                    only.put(model.asText(), model.asText());
                }
            }
        }
        Map<String, String> aliases = new LinkedHashMap<>();
        node.path("aliases")
                .properties()
                .forEach(alias -> aliases.put(alias.getKey(), alias.getValue().asText()));
        Integer context = node.has("context") ? (Integer) node.path("context").asInt() : null;
        return new EntryModels(only, aliases, context);
    }

    private Map<String, EntryValue> headers() {
        Map<String, EntryValue> headers = new TreeMap<>();
        node.path("headers").properties().forEach(header -> {
            EntryValue value = value(header.getValue());
            if (value != null) {
                headers.put(header.getKey(), value);
            }
        });
        return headers;
    }

    private BackendEntry.Timeouts timeouts() {
        Duration connect = time("connect");
        Duration firstToken = time("firstToken");
        return new BackendEntry.Timeouts(
                connect == null ? BackendEntry.Timeouts.CONNECT : connect,
                firstToken == null ? settings.firstToken() : firstToken,
                time("total"),
                time("idle"));
    }

    private @Nullable Duration time(String name) {
        return time(node.path("timeouts").path(name));
    }

    private static @Nullable Duration time(JsonNode time) {
        return time.isTextual() ? DurationStyle.SIMPLE.parse(time.asText()) : null;
    }

    private BackendEntry.Health health() {
        JsonNode health = node.path("health");
        Duration every = time(health.path("every"));
        return new BackendEntry.Health(
                health.has("path") ? health.path("path").asText() : null,
                every == null ? BackendEntry.Health.DEFAULT.every() : every);
    }

    private BackendEntry.@Nullable Tls tls() {
        JsonNode tls = node.path("tls");
        return tls.isObject()
                ? new BackendEntry.Tls(file(tls, "ca"), file(tls, "certificate"), file(tls, "key"))
                : null;
    }

    private static @Nullable Path file(JsonNode tls, String name) {
        return tls.has(name) ? Path.of(tls.path(name).asText()) : null;
    }

    private Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>();
        node.path("parameters")
                .properties()
                .forEach(parameter ->
                        parameters.put(parameter.getKey(), parameter.getValue().asText()));
        return parameters;
    }
}
