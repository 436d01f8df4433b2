package io.inference.routes.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.config.Settings;
import io.inference.http.server.HttpPublishingPoint;
import io.inference.routes.check.AllowList;
import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.status.RouteView;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.camel.Component;
import org.apache.camel.Converter;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.TypeConverters;
import org.apache.camel.component.log.LogComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ComponentCustomizer;
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
    void faultsOfOneFileAreToldTogetherWithHints() {
        String faulty = door("greet", "/{{api-verson}}/greet", "summarisationProcessor")
                + "        - setBoddy:\n            id: say\n            constant: x\n"
                + "        - setHeader:\n            id: head\n            nme: x\n            constant: x\n";
        refused(
                Map.of(
                        "a.camel.yaml",
                        faulty,
                        "b.camel.yaml",
                        flow("b", "process", "id: pb", "ref: greter"),
                        "c.camel.yaml",
                        flow("c", "to", "id: go", "uri: direct:greet")),
                "no setting 'api-verson'; did you mean 'api-version'?",
                "a.camel.yaml:19, step say: there is no property 'setBoddy' here; did you mean 'setBody'?",
                "there is no property 'nme' here; did you mean 'name'?",
                "b.camel.yaml:9, step pb: no bean 'greter'");
    }

    @Test
    void everyAddressThatLeadsNowhereIsToldWithItsStep() {
        environment.withProperty("routes-allow", "ftp");
        refused(
                Map.of(
                        "a.camel.yaml",
                        flow("a", "to", "id: one", "uri: ftp:nobody")
                                + "        - to:\n            id: two\n            uri: log:x\n"
                                + "            parameters:\n              showHeadrs: \"true\"\n"),
                "a.camel.yaml:9, step one: No endpoint could be found for: ftp:",
                "a.camel.yaml:12, step two: ",
                "showHeadrs");
    }

    @Test
    void aFlowInAFileThatCannotBeReadIsNotToldAsMissing() {
        assertThatThrownBy(() -> build(Map.of(
                        "a.camel.yaml", flow("a", "to", "id: go", "uri: direct:chat"),
                        "chat.camel.yaml", flow("chat", "proces", "id: run", "ref: x"))))
                .hasMessageContaining("there is no property 'proces' here; did you mean 'process'?")
                .hasMessageNotContaining("direct:chat");
    }

    @Test
    void noFarFetchedNameIsHinted() {
        beans.bind("greeter", (Processor) exchange -> {});
        assertThatThrownBy(() -> build(Map.of("a.camel.yaml", flow("a", "process", "id: run", "ref: absolutelyElse"))))
                .hasMessageContaining("no bean 'absolutelyElse'")
                .hasMessageNotContaining("did you mean");
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
                        "a.camel.yaml", door("a", "/same", "greeter"),
                        "b.camel.yaml", door("b", "/same", "greeter").replace("Restrict: GET", "Restrict: POST,GET")),
                "b.camel.yaml:1, step b: GET /same is already served by the route a");
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
        assertThatThrownBy(() -> RouteFiles.read(folder, Optional.empty(), folder))
                .isInstanceOf(RouteFaultsException.class)
                .hasMessageContaining("has no *.camel.yaml file");
        assertThatThrownBy(() -> RouteFiles.read(folder.resolve("gone"), Optional.empty(), folder))
                .isInstanceOf(RouteFaultsException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void aRouteOfADoorNeedsNoStepThatSaysWhoMayCallIt() {
        beans.bind("greeter", (Processor) exchange -> {});
        String open = door("greet", "/greet", "greeter").replace("name: authenticate", "name: greeting");
        Map<String, String> files = Map.of(
                "greet.camel.yaml", open, "greeting.camel.yaml", flow("greeting", "log", "id: hi", "message: hi"));
        assertThat(build(files)).isNotNull();
    }

    @Test
    void aScopeInANoteIsOneWordAndOnARouteOfADoor() {
        beans.bind("greeter", (Processor) exchange -> {});
        String noted = door("greet", "/greet", "greeter").replace("    from:", "    note: \"scope: keys\"\n    from:");
        assertThat(build(Map.of("greet.camel.yaml", noted))).isNotNull();
        for (String wrong : List.of("", "keys jobs", "Keys", "*", "keys,jobs")) {
            refused(
                    Map.of("greet.camel.yaml", noted.replace("scope: keys", "scope: " + wrong)),
                    "greet.camel.yaml:1, step greet: 'scope: " + wrong + "' names no scope");
        }
        refused(
                Map.of(
                        "flow.camel.yaml",
                        flow("flow", "log", "id: hi", "message: hi")
                                .replace("    from:", "    note: \"scope: keys\"\n    from:")),
                "flow.camel.yaml:1, step flow: a note 'scope:' counts on a route of a door alone");
    }

    @Test
    void whatCouldOpenTheMachineIsTold() {
        refused(
                Map.of("a.camel.yaml", flow("a", "to", "id: run", "uri: exec:ls")),
                "a.camel.yaml:11, step run: the component 'exec' is not among those that a route may use;"
                        + " ROUTES_ALLOW adds to them");
        refused(Map.of("a.camel.yaml", flow("a", "to", "id: run", "uri: htp:example.com")), "did you mean 'http'?");
        refused(
                Map.of("a.camel.yaml", flow("a", "setBody", "id: run", "groovy: \"'ls'.execute()\"")),
                "a.camel.yaml:11, step run: the language 'groovy' is not among those that a route may use");
        refused(
                Map.of("a.camel.yaml", flow("a", "setBody", "id: run", "simple: \"${env:DB_PASSWORD}\"")),
                "a.camel.yaml:11, step run: '${env:DB_PASSWORD}' reads the machine: use a {{setting}}");
        refused(
                Map.of("a.camel.yaml", flow("a", "log", "id: run", "message: \"{{sys:user.home}}\"")),
                "'{{sys:user.home}' reads the machine");
        refused(
                Map.of("a.camel.yaml", flow("a", "process", "id: run", "ref: \"#class:java.util.ArrayList\"")),
                "a.camel.yaml:11, step run: '#class:' reaches for a class");
        refused(
                Map.of(
                        "a.camel.yaml",
                        flow("a", "setBody", "id: run", "simple: \"${body.getClass().getClassLoader()}\"")),
                "reaches for a class");
        refused(
                Map.of("a.camel.yaml", flow("a", "bean", "id: run", "beanType: java.lang.Runtime")),
                "a.camel.yaml:11, step run: 'beanType' makes a bean of a class");
        refused(
                Map.of("beans.camel.yaml", "- beans:\n  - name: x\n    type: java.lang.Object\n"),
                "beans.camel.yaml:1: 'beans' is not for route files");
    }

    @Test
    void whatReachesTheMachineByAnotherSpellingIsTold() {
        for (String text : List.of(
                "$simple{env:DB_PASSWORD}",
                "${bean:greeter} ${env:DB_PASSWORD}",
                "${bean:type:java.lang.Runtime?method=getRuntime}",
                "${bean:java.lang.Runtime?method=getRuntime}",
                "${exchange.getContext.stop}",
                "${exchange.context.stop}")) {
            refused(
                    Map.of("a.camel.yaml", flow("a", "setBody", "id: run", "simple: \"" + text + "\"")),
                    "a.camel.yaml:11, step run: ");
        }
        for (String bean : List.of(
                "uri: bean:java.lang.Runtime?method=gc",
                "uri: bean\n            parameters:\n              beanName: java.lang.Runtime")) {
            refused(Map.of("a.camel.yaml", flow("a", "to", "id: run", bean)), "step run: '", "a class");
        }
        refused(
                Map.of("a.camel.yaml", flow("a", "bean", "id: run", "ref: java.lang.Runtime")),
                "is the name of a class");
        refused(
                Map.of("a.camel.yaml", flow("a", "setBody", "id: run", "method: java.lang.Runtime.gc")),
                "is the name of a class");
    }

    @Test
    void aBeanOfTheServicesOwnIsNotToBeHadInARoute() {
        beans.bind("environment", environment);
        refused(
                Map.of("a.camel.yaml", flow("a", "bean", "id: run", "ref: environment")),
                "a.camel.yaml:9, step run: no bean 'environment'");
        refused(Map.of("a.camel.yaml", flow("a", "to", "id: run", "uri: bean:environment")), "no bean 'environment'");
        refused(
                Map.of(
                        "a.camel.yaml",
                        flow(
                                "a",
                                "setBody",
                                "id: run",
                                "simple: \"${bean:environment?method=getProperty('api-version')}\"")),
                "a.camel.yaml:1, step a: No bean could be found in the registry for: environment");
    }

    /** A component that is registered as a bean. */
    private static final class Shared extends LogComponent {}

    @Test
    void whatBelongsToTheServiceContextIsNotToBeHadInARoute() throws Exception {
        beans.bind("camelContext", new DefaultCamelContext());
        refused(
                Map.of("a.camel.yaml", flow("a", "bean", "id: run", "ref: camelContext")),
                "a.camel.yaml:9, step run: no bean 'camelContext'");
        Shared shared = new Shared();
        beans.bind("log", shared);
        RouteGeneration generation = build(Map.of("a.camel.yaml", flow("a", "to", "id: run", "uri: log:a")));
        assertThat(generation.context().hasComponent("log")).isNotNull().isNotSameAs(shared);
        generation.stop();
        assertThat(shared.isNew()).as("neither started nor stopped").isTrue();
    }

    @Test
    void typeConvertersAndCustomizersOfTheServiceServeRoutes() throws Exception {
        beans.bind("celsius", new Temperatures());
        beans.bind("loud", new Loud());
        beans.bind("warm", (Processor) exchange -> exchange.getMessage().setBody(new Celsius(20)));
        RouteGeneration generation = build(Map.of(
                "a.camel.yaml",
                flow("a", "process", "id: warm-up", "ref: warm")
                        + "        - to:\n            id: say\n            uri: log:a\n"));
        try (ProducerTemplate template = generation.context().createProducerTemplate()) {
            assertThat(template.requestBody("direct:a", "", Integer.class)).isEqualTo(20);
        }
        assertThat(((LogComponent) generation.context().hasComponent("log")).isSourceLocationLoggerName())
                .isTrue();
        generation.stop();
    }

    private record Celsius(int degrees) {}

    /** Converters of the service, as a bean. */
    public static final class Temperatures implements TypeConverters {
        @Converter
        public Integer degrees(Celsius celsius) {
            return celsius.degrees();
        }
    }

    private static final class Loud implements ComponentCustomizer {
        @Override
        public boolean isEnabled(String name, Component target) {
            return target instanceof LogComponent;
        }

        @Override
        public void configure(String name, Component target) {
            ((LogComponent) target).setSourceLocationLoggerName(true);
        }
    }

    /** Records whether an instance was created. */
    public static final class Made {
        static boolean once;

        public Made() {
            once = true;
        }
    }

    @Test
    void nothingOfARefusedFileIsMade() {
        refused(
                Map.of("a.camel.yaml", "- beans:\n    - name: made\n      type: " + Made.class.getName() + "\n"),
                "'beans' is not for route files");
        assertThat(Made.once).isFalse();
    }

    @Test
    void anAddressThatIsMadeWhileTheRouteRunsGetsNoFurtherEither() {
        RouteGeneration generation = build(Map.of(
                "a.camel.yaml",
                flow("a", "toD", "id: run", "uri: \"log:${body}\"")
                        + "        - recipientList:\n            id: to-all\n            simple: \"${body}\"\n",
                "list.camel.yaml",
                flow("list", "recipientList", "id: recipients", "simple: \"${body}\"")));
        try (var template = generation.context().createProducerTemplate()) {
            assertThatThrownBy(() -> template.requestBody("direct:a", "exec:ls"))
                    .hasStackTraceContaining("the component 'exec' is not among those that a route may use");
            assertThatThrownBy(() -> template.requestBody("direct:list", "bean:java.lang.Runtime?method=gc"))
                    .hasStackTraceContaining("no bean 'java.lang.Runtime'");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            generation.stop();
        }
    }

    @Test
    void whatAnOperatorAddsToTheListIsAllowed() {
        environment.withProperty("routes-allow", "ftp, csimple");
        refused(Map.of("a.camel.yaml", flow("a", "to", "id: run", "uri: exec:ls")), "the component 'exec'");
        assertThatThrownBy(() -> build(Map.of("a.camel.yaml", flow("a", "to", "id: run", "uri: ftp:x"))))
                .as("allowed, and not on the class path of this test")
                .hasMessageContaining("No endpoint could be found for: ftp");
    }

    @Test
    void aLoopOfRedeliveriesIsTold() {
        refused(
                Map.of("a.camel.yaml", """
                        - routeConfiguration:
                            id: retry
                            onException:
                              - onException:
                                  id: on-all
                                  exception:
                                    - java.lang.Exception
                                  redeliveryPolicy:
                                    maximumRedeliveries: -1
                        """ + flow("a", "log", "id: run", "message: x")),
                "a.camel.yaml:9, step on-all: maximumRedeliveries is 0 to 100");
    }

    @Test
    void whatCamelLetsPassAndItsSchemaDoesNotIsTold() {
        refused(
                Map.of("a.camel.yaml", flow("a", "process", "id: run", "description: no bean")),
                "a.camel.yaml:9, step run: the property 'ref' is missing");
        refused(
                Map.of("a.camel.yaml", flow("a", "setHeader", "id: run", "name: x", "expression: {}")),
                "a.camel.yaml:12, step run: one of these is missing: constant, csimple");
        RouteGeneration generation = build(Map.of("a.camel.yaml", flow("a", "setBody", "id: run", "constant: 5")));
        generation.stop();
    }

    /**
     * A file as Kaoto saves it: ids of its own, quoted texts, branches before or after their expression, empty lists of
     * steps.
     */
    @Test
    void whatKaotoHasSavedIsServedUnchanged() throws Exception {
        beans.bind("worker", (Processor) exchange -> exchange.getMessage().setBody("done"));
        RouteGeneration generation = build(
                Map.of("saved.camel.yaml", Files.readString(Path.of("src/test/resources/kaoto/saved.camel.yaml"))));
        try (ProducerTemplate caller = generation.context().createProducerTemplate()) {
            assertThat(caller.requestBody("direct:drawn", "work")).isEqualTo("done");
            assertThat(caller.requestBody("direct:drawn", "fail")).isEqualTo("handled");
            assertThat(caller.requestBody("direct:drawn", "a,b")).isEqualTo("a,b");
        } finally {
            generation.stop();
        }
    }

    @Test
    void aSmokeTestThatFailsKeepsAGenerationFromServing() {
        beans.bind("faulty", (Processor) exchange -> {
            throw new IllegalStateException(
                    "cannot say " + exchange.getMessage().getBody(String.class));
        });
        String smoke = flow("a", "process", "id: run", "ref: faulty")
                .replace("id: a\n", "id: a\n    note: \"smoke: hello\"\n");
        refused(Map.of("a.camel.yaml", smoke), "a.camel.yaml:1, step a: its smoke test failed: cannot say hello");
    }

    @Test
    void aViewHasTheBranchesOfItsStepsWithLinesAndCounts() throws Exception {
        beans.bind("worker", (Processor) exchange -> exchange.getMessage().setBody("done"));
        RouteGeneration generation = build(Map.of("branches.camel.yaml", BRANCHES));
        try (ProducerTemplate caller = generation.context().createProducerTemplate()) {
            caller.requestBody("direct:branches", "x");
        }
        RouteView view = RouteView.of(generation.context(), generation.meters()).stream()
                .filter(route -> route.id().equals("branches"))
                .findFirst()
                .orElseThrow();
        assertThat(view.steps().stream().map(GenerationBuilderTest::outline))
                .containsExactly(
                        "choice choose:7 1[when first:9 0[process one:15 0], otherwise other:18 1[process two:21 1]]",
                        "doTry attempt:24 1[process three:27 1, doCatch caught:30 0[process four:34 0],"
                                + " doFinally after:37 1[process five:40 1]]");
        generation.stop();
    }

    @Test
    void anExceptionIsHandledByTheFirstRouteThatHandlesSuchOnes() throws Exception {
        beans.bind("slow", (Processor) exchange -> {
            throw new TimeoutException("slow");
        });
        RouteGeneration generation = build(Map.of(
                "outer.camel.yaml", patient("outer", "inner"),
                "inner.camel.yaml", patient("inner", "between"),
                "between.camel.yaml", flow("between", "to", "id: pass", "uri: direct:plain"),
                "plain.camel.yaml", flow("plain", "process", "id: run-slow", "ref: slow")));
        try (ProducerTemplate caller = generation.context().createProducerTemplate()) {
            assertThat(caller.requestBody("direct:outer", "x")).isEqualTo("inner");
            assertThatThrownBy(() -> caller.requestBody("direct:plain", "x"))
                    .hasCauseInstanceOf(TimeoutException.class);
        }
        generation.stop();
    }

    private static String outline(RouteView.Step step) {
        String held = step.steps().stream().map(GenerationBuilderTest::outline).collect(Collectors.joining(", "));
        return step.kind() + " " + step.id() + ":" + step.line() + " " + step.exchanges()
                + (held.isEmpty() ? "" : "[" + held + "]");
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
        var builder = new GenerationBuilder(
                beans,
                new Settings(environment),
                new AllowList(environment.getProperty("routes-allow", "")),
                Extensions.of(null),
                NoBackends.SOURCE,
                List.of(door),
                new SimpleMeterRegistry());
        TreeMap<String, String> all = new TreeMap<>(files);
        all.put("authenticate.camel.yaml", flow("authenticate", "log", "id: who", "message: who"));
        return builder.build(new RouteFiles(all));
    }

    /** A route that calls another one, and whose answer is its id if that takes too long. */
    private static String patient(String id, String called) {
        return """
                - routeConfiguration:
                    id: %1$s-errors
                    onException:
                      - onException:
                          id: when-%1$s-is-late
                          exception:
                            - java.util.concurrent.TimeoutException
                          handled:
                            constant:
                              expression: "true"
                          steps:
                            - setBody:
                                id: say-%1$s
                                constant: %1$s
                - route:
                    id: %1$s
                    routeConfigurationId: %1$s-errors
                    from:
                      id: from-%1$s
                      uri: direct:%1$s
                      steps:
                        - to:
                            id: call-%2$s
                            uri: direct:%2$s
                """.formatted(id, called);
    }

    private static final String BRANCHES = """
            - route:
                id: branches
                from:
                  id: from-branches
                  uri: direct:branches
                  steps:
                    - choice:
                        id: choose
                        when:
                          - id: first
                            expression:
                              simple:
                                expression: "${body} == 'y'"
                            steps:
                              - process:
                                  id: one
                                  ref: worker
                        otherwise:
                          id: other
                          steps:
                            - process:
                                id: two
                                ref: worker
                    - doTry:
                        id: attempt
                        steps:
                          - process:
                              id: three
                              ref: worker
                        doCatch:
                          - id: caught
                            exception: [java.lang.IllegalStateException]
                            steps:
                              - process:
                                  id: four
                                  ref: worker
                        doFinally:
                          id: after
                          steps:
                            - process:
                                id: five
                                ref: worker
            """;

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
                        - to:
                            id: authenticate-%s
                            uri: direct
                            parameters:
                              name: authenticate
                """.formatted(id, id, id, path, id, bean, id);
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
