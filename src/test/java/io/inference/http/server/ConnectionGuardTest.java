package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.call.Calls;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.Framing;
import io.inference.http.answer.StreamStart;
import io.inference.http.tomcat.ConnectionProbe;
import io.inference.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

class ConnectionGuardTest {
    private final Calls calls = new Calls(List.of(), Duration.ZERO);

    @AfterEach
    void stop() {
        calls.close();
    }

    @Test
    void aConnectionThatCannotBeProbedDoesNotEndTheWatchOverOthers() throws InterruptedException {
        CountDownLatch probed = new CountDownLatch(1);
        watch(call(Duration.ofMinutes(1)), () -> {
            probed.countDown();
            throw new IllegalStateException("the connection was recycled");
        });
        assertThat(probed.await(30, TimeUnit.SECONDS)).isTrue();

        Call other = call(Duration.ofMinutes(1));
        CountDownLatch cancelled = new CountDownLatch(1);
        other.onCancel(cancelled::countDown);
        watch(other, () -> true);

        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.cancelled()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aCallWhoseTimeIsOverIsCancelledForThat() throws InterruptedException {
        Call late = call(Duration.ZERO);
        CountDownLatch cancelled = new CountDownLatch(1);
        late.onCancel(cancelled::countDown);
        watch(late, () -> false);

        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(late.cancelled()).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aStreamThatIsLongInComingGetsAKeepAliveForEachInterval() throws InterruptedException {
        CountDownLatch written = new CountDownLatch(3);
        Call call = call(Duration.ofMinutes(1));
        EarlyAnswer early = new EarlyAnswer(call, new MockHttpServletResponse(), Duration.ofMillis(1));
        guard(call, null, early);
        early.mayBegin(new StreamStart(Framing.EVENTS, () -> new SpokenKeepAlive(written::countDown)));

        assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void watch(Call call, ConnectionProbe probe) {
        guard(call, probe, new EarlyAnswer(call, new MockHttpServletResponse(), Duration.ofMinutes(1)));
    }

    private void guard(Call call, @Nullable ConnectionProbe probe, EarlyAnswer early) {
        var ignored = new ConnectionGuard(calls.open(call), probe, early);
    }

    private static Call call(Duration timeout) {
        return new Call("req-1", "rest", timeout);
    }

    /** Counts keep-alives. */
    private record SpokenKeepAlive(Runnable heard) implements ChunkEncoder {
        @Override
        public void chunk(Chunk chunk, Sink out) {
            throw new AssertionError("a keep-alive was expected");
        }

        @Override
        public void keepAlive(Sink out) {
            heard.run();
        }

        @Override
        public void end(Sink out) {
            throw new AssertionError("a keep-alive was expected");
        }

        @Override
        public Json.Content failure(InferenceException failure) {
            throw new AssertionError("a keep-alive was expected");
        }
    }
}
