package io.inference.routes.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.config.Settings;
import io.inference.routes.check.AllowList;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.ServiceStatus;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.SimpleRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

/** Routes that fetch their own work, from a server that is unavailable at first. */
class HeldConsumersTest {
    private final AtomicInteger failuresLeft = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final RouteGeneration generation = build();

    @AfterEach
    void stop() {
        generation.withdraw();
        generation.stop();
    }

    @Test
    void aChangeWhoseRouteCannotStartIsRefusedAndNothingOfItFetches() {
        failuresLeft.set(1);
        assertThatThrownBy(generation::publish).hasRootCauseMessage("the server is away");
        assertThat(fetches("aside")).isFalse();
        assertThat(fetches("away")).isFalse();
    }

    @Test
    void whatHasToServeDoesAndTheRestBeginsOnceItsServerIsBack() {
        failuresLeft.set(Integer.MAX_VALUE);
        generation.serve();
        assertThat(fetches("aside")).isTrue();
        assertThat(fetches("away")).isFalse();
        // It is back only after a second attempt, however long the checks above took.
        await().until(() -> failuresLeft.get() <= Integer.MAX_VALUE - 2);
        int failed = Integer.MAX_VALUE - failuresLeft.getAndSet(0);
        await().until(() -> fetches("away"));
        assertThat(attempts).hasValue(failed + 1);
    }

    @Test
    void whatIsWithdrawnIsNotTriedAnyMore() {
        failuresLeft.set(Integer.MAX_VALUE);
        generation.serve();
        generation.withdraw();
        int tried = attempts.get();
        failuresLeft.set(0);
        generation.serve();
        assertThat(attempts).as("the first of the new attempts succeeds").hasValue(tried + 1);
        assertThat(fetches("away")).isTrue();
    }

    private boolean fetches(String route) {
        CamelContext context = generation.context();
        return context.getRouteController().getRouteStatus(route) == ServiceStatus.Started
                && ((DefaultConsumer) context.getRoute(route).getConsumer()).isStarted();
    }

    private RouteGeneration build() {
        PublishingPoint server = (context, calls) -> {
            context.addComponent("flaky", new Flaky());
            return new PublishingPoint.Publication() {
                @Override
                public List<RouteFault> faults() {
                    return List.of();
                }

                @Override
                public void publish() {}
            };
        };
        return new GenerationBuilder(
                        new SimpleRegistry(),
                        new Settings(new MockEnvironment()),
                        new AllowList("flaky"),
                        Extensions.of(null),
                        NoBackends.SOURCE,
                        List.of(server),
                        new SimpleMeterRegistry())
                .build(new RouteFiles(new TreeMap<>(Map.of("a.camel.yaml", route("aside") + route("away")))));
    }

    private static String route(String id) {
        return """
                - route:
                    id: %1$s
                    from:
                      id: from-%1$s
                      uri: flaky:%1$s
                      steps:
                        - log:
                            id: say-%1$s
                            message: x
                """.formatted(id);
    }

    private final class Flaky extends DefaultComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    return new DefaultConsumer(this, processor) {
                        @Override
                        protected void doStart() throws Exception {
                            super.doStart();
                            if (name.equals("away") && !succeeds()) {
                                throw new java.net.ConnectException("the server is away");
                            }
                        }
                    };
                }
            };
        }

        private boolean succeeds() {
            attempts.incrementAndGet();
            return failuresLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0;
        }
    }
}
