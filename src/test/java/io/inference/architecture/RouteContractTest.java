package io.inference.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.inference.routes.Cookbook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules for every file of {@code routes/}, and for the service context's routes: see src/docs/ARCHITECTURE.md. */
class RouteContractTest {
    private static final Path ROUTES = Path.of("routes");
    private static final Path OF_THE_SERVICE = Path.of("src/main/resources/camel");
    private static final List<String> STEPS = List.of(
            "process",
            "to",
            "choice",
            "filter",
            "circuitBreaker",
            "setHeader",
            "setBody",
            "setProperty",
            "log",
            "throwException",
            "stop",
            "split",
            "wireTap",
            "loadBalance",
            "pipeline",
            "removeHeaders",
            "onCompletion",
            "onException",
            "policy",
            "loop",
            "setVariable",
            "doTry",
            "toD",
            "routeTemplate");

    @Test
    void everyRouteOfTheServiceIsNamedInItsSettings() throws IOException {
        String settings = Files.readString(Path.of("src/main/resources/application.yaml"));
        try (Stream<Path> files = Files.list(OF_THE_SERVICE)) {
            assertThat(files.map(file -> "classpath:camel/" + file.getFileName()))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(settings).contains(name));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFlowsFileIsNamedLikeItsRouteAndADoorsRoutesLikeTheirFile(Path file) throws IOException {
        String name = file.getFileName().toString().replace(".camel.yaml", "");
        List<String> ids = new ArrayList<>();
        for (JsonNode entry : read(file)) {
            JsonNode definition = entry.elements().next();
            ids.add(definition.path("id").asText());
            assertThat(definition.path("description").asText())
                    .as("description of " + ids.getLast())
                    .isNotBlank();
        }
        if (isDoor(name)) {
            assertThat(ids).allSatisfy(id -> assertThat(id).startsWith(name + "-"));
        } else {
            assertThat(ids).containsExactly(name);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyStepHasAnIdAndADescription(Path file) throws IOException {
        for (JsonNode entry : read(file)) {
            forEachStep(entry, (kind, step) -> {
                assertThat(step.path("id").asText()).as(kind + " " + step).isNotBlank();
                assertThat(step.path("description").asText())
                        .as(kind + " " + step)
                        .isNotBlank();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyStepOfARecipeHasAnIdAndADescription(String yaml) throws IOException {
        YAMLMapper reader = new YAMLMapper(new YAMLFactory());
        forEachStep(reader.readTree(yaml), (kind, step) -> {
            assertThat(step.path("id").asText()).as(kind + " " + step).isNotBlank();
            assertThat(step.path("description").asText()).as(kind + " " + step).isNotBlank();
        });
    }

    static List<String> recipes() throws IOException {
        Cookbook cookbook = new Cookbook();
        return cookbook.titles().stream()
                .flatMap(title -> cookbook.blocks(title).stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyRouteOfADoorSaysWhoMayCallItAndMapsFailures(Path file) throws IOException {
        if (!isDoor(file.getFileName().toString().replace(".camel.yaml", ""))) {
            return;
        }
        for (JsonNode entry : read(file)) {
            JsonNode route = entry.path("route");
            assertThat(route.path("routeConfigurationId").asText()).isEqualTo("error-handling");
            List<String> targets = new ArrayList<>();
            forEachStep(
                    route,
                    (kind, step) ->
                            targets.add(step.path("parameters").path("name").asText()));
            boolean noted = route.path("note").asText().startsWith("scope: ");
            assertThat(noted || targets.contains("authenticate"))
                    .as(route.path("id").asText())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void everyTaskIsDoneByOneReplicaAtATimeAndReportsItsFailures(Path file) throws IOException {
        JsonNode route = read(file).path(0).path("route");
        assertThat(route.path("routeConfigurationId").asText()).isEqualTo("housekeeping");
        List<String> policies = new ArrayList<>();
        forEachStep(route, (kind, step) -> {
            if (kind.equals("policy")) {
                policies.add(step.path("ref").asText());
            }
        });
        // Each replica has a volume of its own mounted.
        assertThat(policies)
                .containsExactlyElementsOf(
                        file.endsWith("probe-images.camel.yaml") ? List.of() : List.of("oneReplicaPolicy"));
    }

    @ParameterizedTest
    @MethodSource("ofAClusterAlone")
    void whatNeedsAClusterExistsInOneAndReportsItsFailures(Path file) throws IOException {
        JsonNode route = read(file).path(0).path("route");
        assertThat(route.path("routeConfigurationId").asText()).isEqualTo("housekeeping");
        assertThat(route.path("precondition").asText()).startsWith("'{{cluster:false}}' == 'true'");
    }

    static List<Path> tasks() throws IOException {
        return ofTheService(false);
    }

    static List<Path> ofAClusterAlone() throws IOException {
        return ofTheService(true);
    }

    private static List<Path> ofTheService(boolean cluster) throws IOException {
        return filesOf(OF_THE_SERVICE).stream()
                .filter(file -> !file.endsWith("housekeeping.camel.yaml"))
                .filter(file -> file.getFileName().toString().matches("(watch|reread|report)-.*") == cluster)
                .toList();
    }

    private static boolean isDoor(String file) {
        return file.startsWith("rest-") || file.startsWith("grpc-") || file.endsWith("-api");
    }

    private static void forEachStep(JsonNode node, StepVisitor visitor) {
        node.properties().forEach(field -> {
            if (STEPS.contains(field.getKey()) && field.getValue().isObject()) {
                visitor.visit(field.getKey(), field.getValue());
            }
            forEachStep(field.getValue(), visitor);
        });
        if (node.isArray()) {
            node.forEach(element -> forEachStep(element, visitor));
        }
    }

    private static JsonNode read(Path file) throws IOException {
        return new YAMLMapper(new YAMLFactory()).readTree(Files.readString(file));
    }

    static List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>(filesOf(ROUTES));
        all.addAll(filesOf(OF_THE_SERVICE));
        return all;
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList();
        }
    }

    private interface StepVisitor {
        void visit(String kind, JsonNode step);
    }
}
