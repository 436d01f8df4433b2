package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.config.Settings;
import io.inference.http.server.HttpPublishingPoint;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Processor;
import org.apache.camel.support.SimpleRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

class GenerationBuilderTest {
    private final SimpleRegistry beans = new SimpleRegistry();
    private final MockEnvironment environment = new MockEnvironment().withProperty("api-version", "v1");
    private final HttpPublishingPoint door = new HttpPublishingPoint();

    @Test
    void aSoundSetOfFilesIsServedOnceItIsPublished() {
        beans.bind("greeter", (Processor) exchange -> exchange.getMessage().setBody("hello"));
        RouteGeneration generation =
                build(Map.of("greet.camel.yaml", door("greet", "/{{api-version}}/greet", "greeter")));
        assertThat(door.paths()).isEmpty();
        generation.publish();
        assertThat(door.paths()).singleElement().satisfies(path -> {
            assertThat(path.path()).isEqualTo("/v1/greet");
            assertThat(path.method()).isEqualTo("GET");
            assertThat(path.routeId()).isEqualTo("greet");
            assertThat(path.description()).isEqualTo("Says greet.");
        });
        generation.stop();
    }

    @Test
    void aMissingBeanIsToldWithFileLineStepAndTheNearestName() {
        beans.bind("summarizationProcessor", (Processor) exchange -> {});
        refused(
                Map.of("greet.camel.yaml", door("greet", "/greet", "summarisationProcessor")),
                "greet.camel.yaml:11, step run-greet: no bean 'summarisationProcessor';"
                        + " did you mean 'summarizationProcessor'?");
    }

    @Test
    void aFlowThatNobodyConsumesIsTold() {
        refused(
                Map.of(
                        "a.camel.yaml",
                        flow("a", "to", "id: go", "uri: direct:chatt"),
                        "chat.camel.yaml",
                        flow("chat", "log", "id: say", "message: hi")),
                "a.camel.yaml:9, step go: no route consumes direct:chatt; did you mean 'chat'?");
    }

    @Test
    void anUnknownSettingIsTold() {
        refused(
                Map.of("greet.camel.yaml", door("greet", "/{{api-verson}}/greet", "greeter")),
                "no setting 'api-verson'; did you mean 'api-version'?");
    }

    @Test
    void anUnknownSettingIsToldWhereverItStands() {
        refused(
                Map.of("a.camel.yaml", flow("a", "log", "id: say", "message: \"{{log-promts}}\"")),
                "a.camel.yaml:11, step say: no setting 'log-promts'; did you mean 'log-prompts'?");
        refused(
                Map.of("a.camel.yaml", flow("a", "setBody", "id: set", "simple: \"{{hf-token}}\"")),
                "a.camel.yaml:11, step set: no setting 'hf-token'");
    }

    @Test
    void textThatIsNoYamlIsToldWithItsLine() {
        refused(Map.of("bad.camel.yaml", "- route:\n    id: x\n   from: y\n"), "bad.camel.yaml:3");
    }

    @Test
    void anUnknownStepIsToldWithItsLine() {
        refused(Map.of("a.camel.yaml", flow("a", "proces", "ref: x")), "a.camel.yaml:9", "proces");
    }

    @Test
    void faultsOfAllFilesAreToldTogether() {
        refused(
                Map.of(
                        "a.camel.yaml", flow("a", "process", "id: pa", "ref: none"),
                        "b.camel.yaml", flow("b", "process", "id: pb", "ref: nothing")),
                "a.camel.yaml:9, step pa",
                "b.camel.yaml:9, step pb");
    }

    @Test
    void twoRoutesOnOnePathOrFlowOrIdAreTold() {
        beans.bind("greeter", (Processor) exchange -> {});
        refused(
                Map.of(
                        "a.camel.yaml", door("a", "/same", "greeter"),
                        "b.camel.yaml", door("b", "/same", "greeter")),
                "b.camel.yaml:1, step b: /same is already served by another route");
        refused(
                Map.of(
                        "a.camel.yaml",
                        flow("a", "log", "id: say", "message: hi"),
                        "b.camel.yaml",
                        flow("b", "log", "id: say", "message: hi")),
                "b.camel.yaml:9, step say: the id 'say' is already used in the route a of a.camel.yaml");
        refused(
                Map.of(
                        "a.camel.yaml",
                        flow("a", "log", "id: s1", "message: hi"),
                        "b.camel.yaml",
                        flow("a", "log", "id: s2", "message: hi")),
                "b.camel.yaml:1, step a: there is already a route 'a' in a.camel.yaml");
    }

    @Test
    void anEmptyOrMissingFolderIsTold(@TempDir Path folder) {
        assertThatThrownBy(() -> RouteFiles.read(folder))
                .isInstanceOf(RouteFaultsException.class)
                .hasMessageContaining("has no *.camel.yaml file");
        assertThatThrownBy(() -> RouteFiles.read(folder.resolve("gone")))
                .isInstanceOf(RouteFaultsException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void theHashFollowsNamesAndContents() {
        String one = new RouteFiles(new TreeMap<>(Map.of("a", "1"))).hash();
        assertThat(one).isEqualTo(new RouteFiles(new TreeMap<>(Map.of("a", "1"))).hash());
        assertThat(one).isNotEqualTo(new RouteFiles(new TreeMap<>(Map.of("a", "2"))).hash());
        assertThat(one).isNotEqualTo(new RouteFiles(new TreeMap<>(Map.of("b", "1"))).hash());
    }

    private void refused(Map<String, String> files, String... messages) {
        assertThatThrownBy(() -> build(files))
                .isInstanceOf(RouteFaultsException.class)
                .hasMessageContainingAll(messages);
    }

    private RouteGeneration build(Map<String, String> files) {
        var builder = new GenerationBuilder(beans, new Settings(environment), List.of(door), new SimpleMeterRegistry());
        return builder.build(new RouteFiles(new TreeMap<>(files)));
    }

    private static String door(String id, String path, String bean) {
        return """
                - route:
                    id: %s
                    description: Says %s.
                    from:
                      id: from-%s
                      uri: platform-http
                      parameters:
                        path: "%s"
                        httpMethodRestrict: GET
                      steps:
                        - process:
                            id: run-%s
                            ref: %s
                """.formatted(id, id, id, path, id, bean);
    }

    private static String flow(String id, String step, String... fields) {
        return """
                - route:
                    id: %s
                    from:
                      id: from-%s
                      uri: direct
                      parameters:
                        name: %s
                      steps:
                        - %s:
                            %s
                """.formatted(id, id, id, step, String.join("\n            ", fields));
    }
}
