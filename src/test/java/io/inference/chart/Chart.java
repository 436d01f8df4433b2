package io.inference.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.util.FileSystemUtils;
import org.yaml.snakeyaml.Yaml;

/**
 * The chart as Helm renders it, with objects as Kubernetes reads them (YAML 1.1). Helm's library leaves hooks out, so
 * that the objects of {@code helm test} come from a copy in which they are ordinary ones ({@value #NO_HOOK}).
 */
final class Chart {
    static final Path FOLDER = Path.of("helm-chart");
    static final String DEFAULTS = "defaults";
    static final String NO_HOOK = "tested.as/hook";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Chart> RENDERED = new ConcurrentHashMap<>();
    private static final Path COPY = copy();

    private final String text;
    private final List<JsonNode> objects;

    private Chart(String text) {
        this.text = text;
        List<JsonNode> found = new ArrayList<>();
        for (Object document : new Yaml().loadAll(text)) {
            if (document != null) {
                found.add(JSON.valueToTree(document));
            }
        }
        this.objects = List.copyOf(found);
    }

    /** Names of the installations in {@code ci/}, and of the one without values. */
    static List<String> scenarios() {
        try (Stream<Path> files = Files.list(FOLDER.resolve("ci"))) {
            return Stream.concat(
                            Stream.of(DEFAULTS),
                            files.map(file -> file.getFileName().toString()).sorted())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rendered once. */
    static Chart scenario(String name) {
        return RENDERED.computeIfAbsent(
                name,
                key -> key.equals(DEFAULTS)
                        ? rendered("{}")
                        : rendered(FOLDER.resolve("ci").resolve(key)));
    }

    /**
     * @param values in YAML
     * @throws RuntimeException with Helm's message if it refuses them
     */
    static Chart rendered(String values) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            try {
                return rendered(Files.writeString(file, values));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Chart rendered(Path values) {
        return new Chart(new Helm(COPY)
                .template()
                .withName("inference")
                .withNamespace("inference")
                .withKubeVersion("1.34.0")
                .withValuesFile(values)
                .call());
    }

    private static Path copy() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            Path copy = Files.createTempDirectory("chart");
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(FOLDER.relativize(file));
                Files.createDirectories(target.getParent());
                Files.writeString(target, Files.readString(file).replace("helm.sh/hook", NO_HOOK));
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileSystemUtils.deleteRecursively(copy.toFile())));
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text() {
        return text;
    }

    List<JsonNode> objects() {
        return objects;
    }

    List<JsonNode> ofKind(String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    JsonNode one(String kind, String name) {
        return ofKind(kind).stream()
                .filter(object -> name(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + kind + " " + name));
    }

    JsonNode deployment() {
        return one("Deployment", "inference-service");
    }

    /** The specs of all pods: of workloads, and those of tests. */
    List<JsonNode> pods() {
        return objects.stream()
                .map(object -> object.path("kind").asText().equals("Pod")
                        ? object.path("spec")
                        : object.at("/spec/template/spec"))
                .filter(spec -> !spec.isMissingNode())
                .toList();
    }

    /** The service's own container. */
    JsonNode container() {
        return deployment().at("/spec/template/spec/containers/0");
    }

    static List<JsonNode> containers(JsonNode pod) {
        return Stream.concat(stream(pod.path("initContainers")), stream(pod.path("containers")))
                .toList();
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }
}
