package io.inference.routes.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Options;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendFactory;
import io.inference.backend.BackendKind;
import io.inference.backend.BackendSettings;
import io.inference.backend.EntrySecrets;
import io.inference.config.Settings;
import io.inference.http.server.HttpPublishingPoint;
import io.inference.models.BackendPool;
import io.inference.models.ModelDirectory;
import io.inference.routes.backend.BackendSource;
import io.inference.routes.check.AllowList;
import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.RouteRun;
import io.inference.routes.generation.Extensions;
import io.inference.routes.generation.GenerationBuilder;
import io.inference.routes.generation.RouteGeneration;
import io.inference.routes.status.RouteView;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.SimpleRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

/** The shipped routes between a door and the backends, over backends of this test. */
class BackendRoutesTest {
    private static final String TWO = """
            backends:
              - {name: a, kind: openai, urls: [http://a]}
              - {name: b, kind: ollama, urls: [http://b]}
            """;

    private final SimpleRegistry beans = new SimpleRegistry();
    private final Map<String, Scripted> backends = new HashMap<>();
    private final BackendPool pool = new BackendPool(
            List.of(new Scripts(BackendKind.OPENAI), new Scripts(BackendKind.OLLAMA)),
            new EntrySecrets(name -> Optional.empty()));
    private final TreeMap<String, String> files = new TreeMap<>();
    private final List<RouteGeneration> built = new ArrayList<>();
    private GenerationBuilder builder;

    /** A backend with the model {@code m}, which fails if it is told to. */
    private static final class Scripted implements Backend {
        private final String name;
        volatile @Nullable InferenceException failure;
        volatile int asked;

        Scripted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<ModelInfo> models() {
            return List.of(ModelInfo.named("m", name));
        }

        @Override
        public ModelDetails details(String model) {
            throw InferenceException.modelNotFound(model);
        }

        @Override
        public void load(LoadRequest request, Call call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChatAnswer chat(ChatRequest request, Call call) {
            asked++;
            if (failure != null) {
                throw failure;
            }
            return new ChatAnswer.Whole("from " + name, List.of(), Usage.NONE);
        }

        @Override
        public ChatAnswer generate(GenerateRequest request, Call call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EmbedAnswer embed(EmbedRequest request, Call call) {
            return new EmbedAnswer("from " + name, List.of(), Usage.NONE);
        }
    }

    private final class Scripts implements BackendFactory {
        private final BackendKind kind;

        Scripts(BackendKind kind) {
            this.kind = kind;
        }

        @Override
        public BackendKind kind() {
            return kind;
        }

        @Override
        public Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
            return backends.computeIfAbsent(entry.name(), Scripted::new);
        }
    }

    @BeforeEach
    void prepare() throws IOException {
        beans.bind("loadImagesProcessor", (Processor) exchange -> {});
        beans.bind("findBackendProcessor", new FindBackendProcessor());
        beans.bind("nextBackendProcessor", new NextBackendProcessor());
        beans.bind("jcudaInferenceProcessor", new BackendProcessor(BackendKind.LOCAL));
        beans.bind("ollamaProcessor", new BackendProcessor(BackendKind.OLLAMA));
        beans.bind("openaiProcessor", new BackendProcessor(BackendKind.OPENAI));
        beans.bind("retryBackendProcessor", (Processor) exchange -> {});
        beans.bind("resumeAnswerProcessor", (Processor) exchange -> {});
        beans.bind("promptLogProcessor", (Processor) exchange -> {});
        beans.bind("answerLogProcessor", (Processor) exchange -> {});
        for (String route : List.of(
                "chat",
                "embed",
                "log-prompt",
                "ask-backend",
                "call-backend",
                "local-inference",
                "ollama-chat",
                "openai-chat")) {
            files.put(route + ".camel.yaml", Files.readString(Path.of("routes", route + ".camel.yaml")));
        }
        var settings = new BackendSettings(
                null,
                Path.of("config"),
                Duration.ofMinutes(1),
                List.of(),
                key -> Optional.empty(),
                new EntrySecrets(name -> Optional.empty()));
        builder = new GenerationBuilder(
                beans,
                new Settings(new MockEnvironment().withProperty("log-prompts", "false")),
                new AllowList(""),
                Extensions.of(null),
                new BackendSource(settings, pool::open, new ModelDirectory()),
                List.of(new HttpPublishingPoint()),
                new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        built.forEach(RouteGeneration::stop);
        pool.close();
    }

    private RouteGeneration build(String backendsFile) {
        files.put("backends.yaml", backendsFile);
        RouteGeneration generation = builder.build(new RouteFiles(new TreeMap<>(files)));
        generation.backends().refresh();
        built.add(generation);
        return generation;
    }

    private void refused(String backendsFile, String... messages) {
        assertThatThrownBy(() -> build(backendsFile))
                .isInstanceOf(RouteFaultsException.class)
                .hasMessageContainingAll(messages);
    }

    /** @return the backend that answered */
    private static String ask(RouteGeneration generation, String route, Object request, String... headers) {
        try (ProducerTemplate template = generation.context().createProducerTemplate()) {
            Exchange exchange = template.send("direct:" + route, sent -> {
                RouteRun.fill(
                        sent,
                        new Call("id", "rest", Duration.ofMinutes(1)),
                        new Caller("me", Set.of(), Set.of(), null, Caller.Kind.INTERNAL));
                sent.getMessage().setBody(request);
                for (int i = 0; i < headers.length; i += 2) {
                    sent.getMessage().setHeader(headers[i], headers[i + 1]);
                }
            });
            RouteRun.throwIfFailed(exchange);
            return switch (exchange.getMessage().getBody()) {
                case ChatAnswer answer -> answer.model();
                case EmbedAnswer answer -> answer.model();
                case null, default -> "nobody";
            };
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String chat(RouteGeneration generation, String... headers) {
        return ask(generation, "chat", request(), headers);
    }

    private static ChatRequest request() {
        return new ChatRequest(
                "m", List.of(Message.of(Role.USER, "hi")), Options.DEFAULTS, List.of(), null, null, null, false);
    }

    private static InferenceException dead() {
        return new InferenceException(ErrorCode.UNAVAILABLE, "cannot be reached");
    }

    @Test
    void eachEntryHasARouteAndTheFirstThatHasTheModelIsAsked() {
        RouteGeneration generation = build(TWO);

        assertThat(chat(generation)).isEqualTo("from a");
        assertThat(ask(generation, "embed", new EmbedRequest("m", List.of("x"), null, true, true)))
                .isEqualTo("from a");
        assertThat(chat(generation, "InferenceBackend", "b")).isEqualTo("from b");
        assertThat(ask(generation, "backend-b", request())).isEqualTo("from b");
        assertThat(generation.context().getRouteDefinitions())
                .extracting(route -> route.getRouteId())
                .contains("backend-a", "backend-b");
    }

    @Test
    void aRouteOfAKindAsksTheNamedBackendIfItIsOfThatKindAndOtherwiseTheFirst() {
        RouteGeneration generation = build(TWO + "  - {name: openai, kind: openai, urls: [http://c]}\n");

        assertThat(ask(generation, "openai-chat", request())).isEqualTo("from openai");
        assertThat(ask(generation, "openai-chat", request(), "InferenceBackend", "a"))
                .isEqualTo("from a");
        assertThat(ask(generation, "openai-chat", request(), "InferenceBackend", "b"))
                .isEqualTo("from openai");
        assertThat(ask(generation, "ollama-chat", request())).isEqualTo("from b");
        assertThatThrownBy(() -> ask(generation, "local-inference", request()))
                .hasMessage("the local backend is not configured");
    }

    @Test
    void aBackendThatDoesNotExistIsReported() {
        RouteGeneration generation = build(TWO);

        assertThatThrownBy(() -> chat(generation, "InferenceBackend", "c"))
                .isInstanceOf(InferenceException.class)
                .hasMessage("there is no backend 'c'");
    }

    @Test
    void theNextBackendIsTriedUnlessTheRequestIsWrong() {
        RouteGeneration generation = build(TWO);
        backends.get("a").failure = dead();
        assertThat(chat(generation)).isEqualTo("from b");

        backends.get("b").failure = InferenceException.retryLater(ErrorCode.OVERLOADED, "busy", Duration.ofSeconds(7));
        assertThatThrownBy(() -> chat(generation)).hasMessage("busy");

        backends.get("a").failure = InferenceException.invalid("x", "wrong");
        assertThatThrownBy(() -> chat(generation)).hasMessage("wrong");
        assertThat(backends.get("b").asked).isEqualTo(2);
    }

    @Test
    void aRouteOfAFileTakesThePlaceOfTheOneOfTheTemplate() {
        files.put("backend-a.camel.yaml", """
                - route:
                    id: backend-a
                    from:
                      uri: direct:backend-a
                      steps:
                        - to:
                            id: other
                            uri: direct:ollama-chat
                """);

        assertThat(chat(build(TWO))).isEqualTo("from b");
    }

    @Test
    void aBreakerStaysOpenOverAReloadAndAnEditedNumberAppliesAtOnce() {
        RouteGeneration first = build(TWO);
        backends.get("a").failure = dead();
        for (int i = 0; i < 10; i++) {
            chat(first);
        }
        assertThat(state(first, "a")).isEqualTo(CircuitBreaker.State.OPEN);
        int asked = backends.get("a").asked;

        RouteGeneration second = build(TWO + "  - {name: c, kind: openai, urls: [http://c]}\n");
        assertThat(state(second, "a")).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(chat(second)).isEqualTo("from b");
        assertThat(backends.get("a").asked).as("left alone").isEqualTo(asked);

        files.compute(
                "call-backend.camel.yaml",
                (file, text) -> text.replace(
                        "defaultValue: \"10\"\n      - name: wait", "defaultValue: \"2\"\n      - name: wait"));
        RouteGeneration third = build(TWO);
        assertThat(state(third, "a")).isEqualTo(CircuitBreaker.State.CLOSED);
        chat(third);
        assertThat(state(third, "a")).isEqualTo(CircuitBreaker.State.CLOSED);
        chat(third);
        assertThat(state(third, "a")).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(state(third, "b")).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void anEntrySetsParametersOfItsOwnRoute() {
        RouteGeneration generation = build("""
                backends:
                  - name: a
                    kind: openai
                    urls: [http://a]
                    parameters: {minimumNumberOfCalls: 1, failureRateThreshold: 100}
                  - {name: b, kind: ollama, urls: [http://b]}
                """);
        backends.get("a").failure = dead();

        chat(generation);

        assertThat(state(generation, "a")).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void aBackendThatIsBusyIsNotBroken() {
        RouteGeneration generation = build(TWO);
        backends.get("a").failure = InferenceException.retryLater(ErrorCode.OVERLOADED, "busy", Duration.ofSeconds(1));
        for (int i = 0; i < 30; i++) {
            assertThat(chat(generation)).isEqualTo("from b");
        }

        assertThat(state(generation, "a")).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(backends.get("a").asked).isEqualTo(30);
    }

    private static CircuitBreaker.State state(RouteGeneration generation, String backend) {
        return generation.breakers().get("backend-" + backend).getState();
    }

    @Test
    void faultsOfBothKindsOfFilesAreReportedTogether() {
        files.put("x.camel.yaml", """
                - route:
                    id: x
                    from:
                      uri: direct:x
                      steps:
                        - circuitBreaker:
                            id: guard
                            resilience4jConfiguration:
                              circuitBreaker: ollamaCircuitBreaker
                              failureRateThreshold: "{{nope}}"
                            steps:
                              - to:
                                  id: go
                                  uri: direct:backend-zz
                """);
        refused(
                """
                backends:
                  - {name: a, kind: openai, urls: [http://a], parameters: {minimumNumberOfCals: 1}}
                  - {name: b, kind: ollama, urls: [http://b], parameters: {minimumNumberOfCalls: few}}
                  - {name: c, kind: olama, urls: [http://b]}
                """,
                "backends.yaml, entry a: the route template 'call-backend' has no parameter 'minimumNumberOfCals' to"
                        + " set; did you mean 'minimumNumberOfCalls'?",
                "step guard-backend: 'minimumNumberOfCalls' cannot be 'few'",
                "backends.yaml:4, entry c: 'kind': 'olama' is not one of openai, ollama, local",
                "x.camel.yaml:6, step guard: a reference 'circuitBreaker' makes the step's other fields void",
                "x.camel.yaml:10, step guard: no setting 'nope'",
                "step go: no route consumes direct:backend-zz");
    }

    @Test
    void withoutTheTemplateAnEntryIsAFault() {
        files.remove("call-backend.camel.yaml");

        refused(TWO, "backends.yaml, entry a: there is no route 'backend-a', and no route template 'call-backend'");
    }

    @Test
    void theViewHasEachRouteWithItsOwnCountsAndThePlacesInTheTemplate() {
        RouteGeneration generation = build(TWO);
        chat(generation);

        Stream<RouteView> views = RouteView.of(generation.context(), generation.meters()).stream()
                .filter(view -> view.id().startsWith("backend-"));
        assertThat(views)
                .satisfiesExactly(
                        a -> {
                            assertThat(a.file()).isEqualTo("call-backend.camel.yaml");
                            assertThat(a.from()).isEqualTo("direct:backend-a");
                            assertThat(a.exchanges()).isEqualTo(1);
                            RouteView.Step guard = a.steps().getLast();
                            assertThat(guard.id()).isEqualTo("guard-backend");
                            assertThat(guard.line()).isPositive();
                            assertThat(guard.steps().getFirst().target()).isEqualTo("direct:openai-chat");
                            assertThat(guard.steps().getFirst().exchanges()).isEqualTo(1);
                        },
                        b -> {
                            assertThat(b.exchanges()).isZero();
                            RouteView.Step guard = b.steps().getLast();
                            assertThat(guard.steps().getFirst().target()).isEqualTo("direct:ollama-chat");
                            assertThat(guard.steps().getFirst().exchanges()).isZero();
                        });
    }
}
