package io.inference.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.grpc.server.CallSlots.Entry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallSlotsTest {
    private final CallSlots slots = new CallSlots(2);

    @Test
    void noMoreThanMayBeAtOnceAreLetIn() {
        assertThat(slots.enter()).isEqualTo(Entry.IN);
        assertThat(slots.enter()).isEqualTo(Entry.IN);
        assertThat(slots.enter()).isEqualTo(Entry.TOO_MANY);
        slots.leave();
        assertThat(slots.enter()).isEqualTo(Entry.IN);
    }

    @Test
    void aStopLetsNobodyInAndWaitsForTheLastCall() throws InterruptedException {
        assertThat(slots.enter()).isEqualTo(Entry.IN);
        slots.refuseNew();
        assertThat(slots.enter()).isEqualTo(Entry.STOPPING);
        Thread caller = Thread.ofVirtual().start(slots::leave);
        slots.awaitNone(Duration.ofMinutes(1));
        assertThat(slots.any()).isFalse();
        caller.join();
    }

    @Test
    void aCallThatOutlastsTheWaitDoesNotHoldItUp() throws InterruptedException {
        assertThat(slots.enter()).isEqualTo(Entry.IN);
        slots.awaitNone(Duration.ofMillis(1));
        assertThat(slots.any()).isTrue();
    }
}
