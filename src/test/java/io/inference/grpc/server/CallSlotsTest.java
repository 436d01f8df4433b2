package io.inference.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallSlotsTest {
    private final CallSlots slots = new CallSlots(2);

    @Test
    void noMoreThanMayBeAtOnceAreLetIn() {
        assertThat(slots.enter()).isTrue();
        assertThat(slots.enter()).isTrue();
        assertThat(slots.enter()).isFalse();
        slots.leave();
        assertThat(slots.enter()).isTrue();
    }

    @Test
    void theEndOfTheLastCallIsWaitedFor() throws InterruptedException {
        assertThat(slots.enter()).isTrue();
        Thread caller = Thread.ofVirtual().start(slots::leave);
        slots.awaitNone(Duration.ofMinutes(1));
        assertThat(slots.any()).isFalse();
        caller.join();
    }

    @Test
    void aCallThatOutlastsTheWaitDoesNotHoldItUp() throws InterruptedException {
        assertThat(slots.enter()).isTrue();
        slots.awaitNone(Duration.ofMillis(1));
        assertThat(slots.any()).isTrue();
    }
}
