package io.inference.routes.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.EmbedRequest;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendFactory;
import io.inference.backend.BackendKind;
import io.inference.backend.EntrySecrets;
import io.inference.models.BackendPool;
import io.inference.models.BackendSet;
import io.inference.models.FakeBackend;
import io.inference.routes.backend.BackendSource;
import io.inference.routes.flow.FindBackendProcessor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HedgeProcessorTest {
    private static final long WAIT_SECONDS = 20;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final AtomicInteger asked = new AtomicInteger();
    private final BackendPool pool = new BackendPool(List.of(new Fakes()), new EntrySecrets(name -> Optional.empty()));
    private volatile Processor backend = exchange -> {};
    /** Milliseconds before the second backend is asked; most tests expect none to be. */
    private volatile String after = "60000";

    private ProducerTemplate template;

    @BeforeEach
    void start() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:hedged")
                        .routeId("hedged")
                        .process(new FindBackendProcessor())
                        .process(exchange -> exchange.setProperty(HedgeProcessor.AFTER, after))
                        .setProperty(HedgeProcessor.PERCENT, constant("50"))
                        .process(new HedgeProcessor(registry));
                from("direct:ask-backend").process(exchange -> {
                    asked.incrementAndGet();
                    backend.process(exchange);
                });
            }
        });
        List<BackendEntry> entries = Stream.of("slow", "fast")
                .map(name -> BackendEntry.of(
                        name, BackendKind.OPENAI, List.of(URI.create("http://" + name)), Duration.ofMinutes(1)))
                .toList();
        BackendSet set = pool.open(entries);
        set.refresh();
        BackendSource.set(context, set);
        context.start();
        template = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
        pool.close();
    }

    @Test
    void aSlowBackendIsLeftForTheSecond() throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        // Long enough for the first attempt to have its backend, which the second then leaves out.
        after = "2000";
        backend = exchange -> {
            Call call = exchange.getProperty(Call.PROPERTY, Call.class);
            if (exchange.getMessage().getHeader("InferenceBackend").equals("slow")) {
                call.setBackend("slow");
                call.onCancel(cancelled::countDown);
                assertThat(cancelled.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
                call.throwIfCancelled();
            }
            answer(exchange, "fast");
        };
        Call call = new Call("req", "rest", Duration.ofMinutes(1));
        Exchange done = send(call);
        assertThat(done.getException()).isNull();
        assertThat(done.getMessage().getBody(EmbedAnswer.class).model()).isEqualTo("fast");
        assertThat(call.backend()).isEqualTo("fast");
        assertThat(call.usage()).isEqualTo(new Usage(3, 0, 0));
        assertThat(cancelled.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(count("begun")).isEqualTo(1);
        assertThat(count("won")).isEqualTo(1);
    }

    @Test
    void aFastBackendIsAskedOnce() {
        backend = exchange -> answer(exchange, "fast");
        assertThat(send(new Call("req", "rest", Duration.ofMinutes(1))).getException())
                .isNull();
        assertThat(asked).hasValue(1);
    }

    @Test
    void aFailureIsTheRoutesOwn() {
        backend = exchange -> {
            throw InferenceException.modelNotFound("m");
        };
        assertThat(InferenceException.of(send(new Call("req", "rest", Duration.ofMinutes(1)))
                                .getException())
                        .code())
                .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        assertThat(asked).hasValue(1);
    }

    @Test
    void theBudgetBoundsTheSecondRequests() {
        // Half of the requests, and one at the start.
        HedgeBudget budget = new HedgeBudget();
        int taken = 0;
        for (int i = 0; i < 100; i++) {
            budget.add(50);
            taken += budget.take() ? 1 : 0;
        }
        assertThat(taken).isEqualTo(51);
    }

    @Test
    void aCallerWhoDisconnectsStopsBothAttempts() throws InterruptedException {
        CountDownLatch waiting = new CountDownLatch(2);
        CountDownLatch stopped = new CountDownLatch(2);
        after = "20";
        backend = exchange -> {
            Call call = exchange.getProperty(Call.PROPERTY, Call.class);
            CountDownLatch mine = new CountDownLatch(1);
            call.onCancel(mine::countDown);
            waiting.countDown();
            mine.await();
            stopped.countDown();
            call.throwIfCancelled();
        };
        Call call = new Call("req", "rest", Duration.ofMinutes(1));
        Thread sender = Thread.ofVirtual().start(() -> send(call));
        assertThat(waiting.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        call.cancel(ErrorCode.CANCELLED);
        assertThat(stopped.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        sender.join();
    }

    private Exchange send(Call call) {
        return template.send("direct:hedged", exchange -> {
            exchange.setProperty(Call.PROPERTY, call);
            exchange.getMessage().setBody(new EmbedRequest("m", List.of("x"), null, false, true));
        });
    }

    /** Backends with the model {@code m}. */
    private static final class Fakes implements BackendFactory {
        @Override
        public BackendKind kind() {
            return BackendKind.OPENAI;
        }

        @Override
        public Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
            FakeBackend backend = new FakeBackend(entry.name());
            backend.has("m");
            return backend;
        }
    }

    private static void answer(Exchange exchange, String backend) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setBackend(backend);
        call.setUsage(new Usage(3, 0, 0));
        exchange.getMessage().setBody(new EmbedAnswer(backend, List.of(), new Usage(3, 0, 0)));
    }

    private double count(String outcome) {
        return registry.get("inference.hedges")
                .tag("outcome", outcome)
                .counter()
                .count();
    }
}
