package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --check-routes} without any server, as in the CI of a repository of routes. */
class CheckRoutesReportIT {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void theFolderIsWhatTheOptionNames() {
        assertThat(CheckRoutes.folder(new String[] {"--check-routes", "flows"})).isEqualTo(Path.of("flows"));
        assertThat(CheckRoutes.folder(new String[] {"--check-routes=flows"})).isEqualTo(Path.of("flows"));
        assertThat(CheckRoutes.folder(new String[] {"--check-routes", "--log-level=debug"}))
                .isEqualTo(Path.of("routes"));
        assertThat(CheckRoutes.folder(new String[] {"--port=9000"})).isNull();
    }

    @Test
    void theServicesOwnRoutesAreSound() {
        assertThat(check(Path.of("routes"))).isZero();
        assertThat(text()).matches("routes: \\d+ routes, sound\\s*");
    }

    /**
     * A file as an editor saves it that parses YAML and writes it again: no comments, quotes and line breaks of its
     * own.
     */
    @Test
    void routesThatAnEditorHasSavedAnewAreSound() throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        for (Path file : files()) {
            JsonNode read = yaml.readTree(file.toFile());
            yaml.writeValue(folder.resolve(file.getFileName()).toFile(), read);
        }
        assertThat(check(folder)).isZero();
    }

    @Test
    void everyFaultIsToldOnALineOfItsOwnAndTheExitCodeSaysSo() throws IOException {
        copyRoutes();
        replace("chat.camel.yaml", "ref: findBackendProcessor", "ref: findBackendProcesor");
        replace(
                "rest-keys.camel.yaml",
                "path: \"/{{api-version}}/api-keys/{id}",
                "path: \"/{{api-verson}}/api-keys/{id}");
        assertThat(check(folder)).isEqualTo(1);
        assertThat(text().lines())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("chat.camel.yaml:")
                        .endsWith("step chat-find-backend: no bean 'findBackendProcesor';"
                                + " did you mean 'findBackendProcessor'?"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("rest-keys.camel.yaml:")
                        .contains("no setting 'api-verson'; did you mean 'api-version'?"))
                .last()
                .asString()
                .isEqualTo(folder + ": 2 faults");
    }

    @Test
    void whatADoorFindsIsToldWithItsPlace() throws IOException {
        copyRoutes();
        replace("grpc-api.camel.yaml", "method: Embed", "method: Embedd");
        Files.writeString(folder.resolve("another-api.camel.yaml"), """
                - route:
                    id: another-api-take
                    from:
                      id: from-another
                      uri: spring-rabbitmq
                      parameters:
                        exchangeName: default
                        queues: inference.request.high
                      steps:
                        - to:
                            id: authenticate-another
                            uri: direct:authenticate
                """);
        assertThat(check(folder)).isEqualTo(1);
        assertThat(text())
                .containsPattern("grpc-api.camel.yaml:\\d+, step grpc-api-embed: .*has no method 'embedd'")
                .containsPattern(
                        "-api.camel.yaml:\\d+, step .*: inference.request.high is already consumed by the route ");
    }

    @Test
    void aFolderThatIsNotThereIsTold() {
        assertThat(check(folder.resolve("gone"))).isEqualTo(1);
        assertThat(text()).contains("cannot be read");
    }

    private int check(Path routes) {
        return CheckRoutes.run(
                routes,
                new String[] {"--check-routes", routes.toString()},
                new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).toList();
        }
    }

    private void copyRoutes() throws IOException {
        for (Path file : files()) {
            Files.copy(file, folder.resolve(file.getFileName()));
        }
    }

    private void replace(String file, String what, String by) throws IOException {
        String text = Files.readString(folder.resolve(file));
        assertThat(text).contains(what);
        Files.writeString(folder.resolve(file), text.replace(what, by));
    }
}
