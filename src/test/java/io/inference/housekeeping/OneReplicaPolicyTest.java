package io.inference.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.database.ReplicaLock;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class OneReplicaPolicyTest {
    private final List<String> done = new ArrayList<>();
    private final List<Boolean> kept = new ArrayList<>();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final TaskFailures failures = new TaskFailures();
    private boolean taken;
    private RuntimeException away;
    private Processor step = exchange -> done.add("step");
    private ProducerTemplate timer;

    @BeforeEach
    void start() throws Exception {
        ReplicaLock lock = (task, work) -> {
            if (away != null) {
                throw away;
            }
            if (taken) {
                return false;
            }
            try {
                work.run();
                kept.add(true);
            } catch (Exception e) {
                kept.add(false);
                throw e;
            }
            return true;
        };
        context.getRegistry().bind("oneReplicaPolicy", new OneReplicaPolicy(lock, failures));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(Exception.class)
                        .handled(true)
                        .maximumRedeliveries(0)
                        .process(failures::report);
                from("direct:task")
                        .routeId("sweep")
                        .policy("oneReplicaPolicy")
                        .process(exchange -> step.process(exchange))
                        .end()
                        .process(exchange -> done.add("after"));
            }
        });
        context.start();
        timer = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void theStepsAreDoneUnderTheLock() {
        fire();
        assertThat(done).containsExactly("step", "after");
        assertThat(kept).containsExactly(true);
    }

    @Test
    void whileAnotherReplicaDoesThemTheExchangeEndsWithoutAFailure(CapturedOutput output) {
        taken = true;
        fire();
        assertThat(done).isEmpty();
        assertThat(output.getAll()).doesNotContain("cannot be done");
    }

    @Test
    void aFailureOfAStepUndoesTheWorkAndIsReported(CapturedOutput output) {
        step = exchange -> {
            throw new IllegalStateException("no such table");
        };
        fire();
        assertThat(kept).containsExactly(false);
        assertThat(done).isEmpty();
        assertThat(output.getAll()).contains("sweep cannot be done, trying on: no such table");
    }

    @Test
    void anOutageIsALineAtItsBeginningAndOneAtItsEnd(CapturedOutput output) {
        away = new IllegalStateException("the database cannot be reached");
        fire();
        fire();
        away = null;
        fire();
        fire();
        assertThat(output.getAll().lines().filter(line -> line.contains("sweep")))
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).contains("cannot be done, trying on: the database cannot be reached"),
                        line -> assertThat(line).contains("is done again"));
        away = new IllegalStateException("the database cannot be reached");
        fire();
        assertThat(output.getAll().lines().filter(line -> line.contains("sweep")))
                .as("a later outage is news")
                .hasSize(3);
    }

    private void fire() {
        Exchange exchange = timer.request("direct:task", empty -> {});
        assertThat(exchange.getException()).isNull();
    }
}
