package io.inference.routes.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.Calls;
import io.inference.config.Settings;
import io.inference.http.server.HttpPublishingPoint;
import io.inference.routes.check.AllowList;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.generation.Extensions;
import io.inference.routes.generation.GenerationBuilder;
import io.inference.routes.generation.NoBackends;
import io.inference.routes.generation.RouteGeneration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.SimpleRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

/** Which caller a route may act for, and how its calls end. */
class RouteCallProcessorTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Caller ALICE = new Caller("alice", Set.of("staff"), Set.of("chat"), "acme", Caller.Kind.USER);

    private final List<Ended> ended = new CopyOnWriteArrayList<>();
    private final List<Caller> seen = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Calls calls = new Calls(List.of(new Recorder()), Duration.ZERO);
    private RouteCallProcessor processor = processor(Duration.ofMinutes(1));
    private RouteGeneration generation;
    private ProducerTemplate template;

    private record Ended(Call call, @Nullable InferenceException failure) {}

    @BeforeEach
    void start() {
        SimpleRegistry beans = new SimpleRegistry();
        beans.bind("routeCallProcessor", (Processor) exchange -> processor.process(exchange));
        beans.bind("see", (Processor) exchange -> seen.add(exchange.getProperty(Caller.PROPERTY, Caller.class)));
        beans.bind("wait", (Processor) this::waitForCancellation);
        var files = new TreeMap<>(Map.of("a.camel.yaml", ROUTES));
        generation = new GenerationBuilder(
                        beans,
                        new Settings(new MockEnvironment()),
                        new AllowList(""),
                        Extensions.of(null),
                        NoBackends.SOURCE,
                        List.of(new HttpPublishingPoint()),
                        new SimpleMeterRegistry())
                .build(new RouteFiles(files));
        template = generation.context().createProducerTemplate();
    }

    @AfterEach
    void stop() {
        calls.close();
        generation.stop();
    }

    @Test
    void whereNobodyCalledTheRouteIsTheCallerAndInNoGroup() {
        Exchange done = template.send("direct:alone", exchange -> {});
        assertThat(done.getException()).isNull();
        assertThat(seen).containsExactly(new Caller("route:alone", Set.of(), Set.of(), null, Caller.Kind.SERVICE));
        assertThat(ended).singleElement().satisfies(end -> {
            assertThat(end.call().caller()).isEqualTo("route:alone");
            assertThat(end.call().door()).isEqualTo("route");
            assertThat(end.failure()).isNull();
        });
    }

    @Test
    void anExchangeOfSomebodyKeepsItsCallAndIsRefused() {
        Call call = new Call("id", "rest", SOON);
        Exchange done = send("direct:alone", call);
        assertThat(done.getException()).isInstanceOf(IllegalStateException.class);
        assertThat(done.getProperty(Call.PROPERTY)).isSameAs(call);
        assertThat(done.getProperty(Caller.PROPERTY)).isSameAs(ALICE);
        assertThat(seen).isEmpty();
        assertThat(ended).isEmpty();
    }

    @Test
    void aDoorsExchangeWithoutACallerGetsNone() {
        Exchange exchange = generation.context().getEndpoint("platform-http:/x").createExchange();
        exchange.getExchangeExtension().setFromEndpoint(generation.context().getEndpoint("platform-http:/x"));
        Exchange done = template.send("direct:alone", exchange);
        assertThat(done.getException()).isInstanceOf(IllegalStateException.class);
        assertThat(done.getProperty(Caller.PROPERTY)).isNull();
    }

    @Test
    void aCallWithoutACallerDoesNotBecomeTheRoutes() {
        Exchange done = template.send(
                "direct:alone", exchange -> exchange.setProperty(Call.PROPERTY, new Call("id", "rest", SOON)));
        assertThat(done.getException()).isInstanceOf(IllegalStateException.class);
        assertThat(done.getProperty(Caller.PROPERTY)).isNull();
    }

    @Test
    void partsHaveCallsOfTheirOwnAndTheSameCaller() {
        Call call = new Call("id", "rest", SOON);
        Exchange done = send("direct:parts", call);
        assertThat(done.getException()).isNull();
        assertThat(done.getProperty(Call.PROPERTY)).isSameAs(call);
        assertThat(seen).containsExactly(ALICE, ALICE);
        assertThat(ended).extracting(end -> end.call().id()).containsExactly("id-0", "id-1");
        assertThat(ended).allSatisfy(end -> {
            assertThat(end.call().caller()).isEqualTo("alice");
            assertThat(end.call().remaining()).isLessThanOrEqualTo(SOON);
        });
    }

    @Test
    void aTapsCallIsCancelledWithItsCallers() throws Exception {
        Call call = new Call("id", "rest", Duration.ofMinutes(1));
        assertThat(send("direct:tapped", call).getException()).isNull();
        begun.await();
        call.cancel(ErrorCode.CANCELLED);
        await().atMost(SOON).until(() -> !ended.isEmpty());
        assertThat(ended.getFirst().call().id()).isEqualTo("id-waiting");
        assertThat(ended.getFirst().failure().code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aCallThatTakesTooLongTimesOut() {
        processor = processor(Duration.ofMillis(50));
        assertThat(template.send("direct:waiting", exchange -> {}).getException())
                .hasMessageContaining("longer than it may");
        assertThat(ended.getFirst().failure().code()).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aStopEndsWhatIsUnderWay() throws Exception {
        var sent = template.asyncSend("direct:waiting", exchange -> {});
        begun.await();
        calls.close();
        assertThat(sent.get().getException()).hasMessageContaining("stopping");
        assertThat(ended.getFirst().failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    private Exchange send(String uri, Call call) {
        return template.send(uri, exchange -> {
            exchange.setProperty(Call.PROPERTY, call);
            exchange.setProperty(Caller.PROPERTY, ALICE);
            exchange.getMessage().setBody("one,two");
        });
    }

    private void waitForCancellation(Exchange exchange) throws InterruptedException {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        CountDownLatch over = new CountDownLatch(1);
        call.onCancel(over::countDown);
        begun.countDown();
        over.await();
        call.throwIfCancelled();
    }

    private RouteCallProcessor processor(Duration timeout) {
        return new RouteCallProcessor(timeout, calls);
    }

    private final class Recorder implements CallListener {
        @Override
        public void started(Call call) {}

        @Override
        public void ended(Call call, @Nullable InferenceException failure) {
            ended.add(new Ended(call, failure));
        }
    }

    private static final String ROUTES = """
            - route:
                id: alone
                from:
                  id: from-alone
                  uri: direct:alone
                  steps:
                    - process:
                        id: open-alone
                        ref: routeCallProcessor
                    - process:
                        id: see-alone
                        ref: see
            - route:
                id: parts
                from:
                  id: from-parts
                  uri: direct:parts
                  steps:
                    - split:
                        id: split
                        expression:
                          tokenize:
                            token: ","
                        steps:
                          - process:
                              id: open-part
                              ref: routeCallProcessor
                          - process:
                              id: see-part
                              ref: see
            - route:
                id: tapped
                from:
                  id: from-tapped
                  uri: direct:tapped
                  steps:
                    - wireTap:
                        id: tap
                        uri: direct:waiting
            - route:
                id: waiting
                from:
                  id: from-waiting
                  uri: direct:waiting
                  steps:
                    - process:
                        id: open-waiting
                        ref: routeCallProcessor
                    - process:
                        id: wait
                        ref: wait
            """;
}
