package io.inference.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.grpc.server.CallsUnderWay.Entry;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallsUnderWayTest {
    private final CallsUnderWay calls = new CallsUnderWay(2, Duration.ofMillis(50));

    @AfterEach
    void stop() {
        calls.close();
    }

    @Test
    void noMoreThanMayBeAtOnceAreLetIn() {
        assertThat(calls.enter()).isEqualTo(Entry.IN);
        assertThat(calls.enter()).isEqualTo(Entry.IN);
        assertThat(calls.enter()).isEqualTo(Entry.TOO_MANY);
        calls.leave();
        assertThat(calls.enter()).isEqualTo(Entry.IN);
    }

    @Test
    void aCallThatKeepsItsMessageBackIsCancelledAndOneThatRunsIsNot() {
        Call waits = call(Duration.ofMinutes(1));
        Call runs = call(Duration.ofMinutes(1));
        calls.watch(runs, () -> false);
        calls.watch(waits, () -> true);
        await().untilAsserted(() -> assertThat(waits.cancelled()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(runs.cancelled()).isNull();
    }

    @Test
    void aCallWhoseTimeIsOverIsCancelledUnlessItIsForgotten() {
        Call late = call(Duration.ofMillis(1));
        Call done = call(Duration.ofMillis(1));
        calls.watch(done, () -> false);
        calls.forget(done);
        calls.watch(late, () -> false);
        await().untilAsserted(() -> assertThat(late.cancelled()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(done.cancelled()).isNull();
    }

    @Test
    void aDrainLetsNobodyInAndCancelsWhoOutlastsIt() {
        assertThat(calls.enter()).isEqualTo(Entry.IN);
        Call outlasting = call(Duration.ofMinutes(1));
        calls.watch(outlasting, () -> false);
        calls.drain(Duration.ofMillis(20));
        assertThat(calls.enter()).isEqualTo(Entry.STOPPING);
        assertThat(outlasting.cancelled()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    private static Call call(Duration timeout) {
        return new Call("id", "grpc", timeout);
    }
}
