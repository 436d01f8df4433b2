package io.inference.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChunkPipeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicInteger closes = new AtomicInteger();
    private final ChunkPipe pipe = new ChunkPipe(2, closes::incrementAndGet);

    @Test
    void silenceWhenNothingComesInTime() {
        assertThat(pipe.next(Duration.ofMillis(1))).isEqualTo(StreamEvent.SILENCE);
    }

    @Test
    void theEndComesAfterWhatWaitsAndStays() {
        pipe.put(Chunk.of(0, "a"));
        pipe.end();

        assertThat(pipe.next(LONG)).isEqualTo(Chunk.of(0, "a"));
        assertThat(pipe.next(LONG)).isEqualTo(StreamEvent.END);
        assertThat(pipe.next(LONG)).isEqualTo(StreamEvent.END);
    }

    @Test
    void aFailureComesAfterWhatWaitsAndStays() {
        InferenceException broken = new InferenceException(ErrorCode.BACKEND_FAILED, "broken");
        pipe.put(Chunk.of(0, "a"));
        pipe.fail(broken);

        assertThat(pipe.next(LONG)).isEqualTo(Chunk.of(0, "a"));
        assertThatThrownBy(() -> pipe.next(LONG)).isSameAs(broken);
        assertThatThrownBy(() -> pipe.next(LONG)).isSameAs(broken);
    }

    @Test
    void anAbortOvertakesWhatWaits() {
        pipe.put(Chunk.of(0, "a"));
        pipe.abort(Call.cancellation(ErrorCode.TIMEOUT));

        assertThatThrownBy(() -> pipe.next(LONG))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.TIMEOUT, InferenceException::code);
    }

    @Test
    void aFullPipeHoldsItsWriterUntilTheReaderTakes() throws Exception {
        pipe.put(Chunk.of(0, "a"));
        pipe.put(Chunk.of(0, "b"));
        CompletableFuture<Boolean> third = CompletableFuture.supplyAsync(() -> pipe.put(Chunk.of(0, "c")));
        assertThat(third).isNotDone();

        pipe.next(LONG);

        assertThat(third.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(pipe.next(LONG)).isEqualTo(Chunk.of(0, "b"));
        assertThat(pipe.next(LONG)).isEqualTo(Chunk.of(0, "c"));
    }

    @Test
    void closingFreesTheWriterAndRunsItsHookOnce() throws Exception {
        pipe.put(Chunk.of(0, "a"));
        pipe.put(Chunk.of(0, "b"));
        CompletableFuture<Boolean> third = CompletableFuture.supplyAsync(() -> pipe.put(Chunk.of(0, "c")));

        pipe.close();
        pipe.close();

        assertThat(third.get(30, TimeUnit.SECONDS)).isFalse();
        assertThat(closes).hasValue(1);
    }

    @Test
    void closingFreesAWaitingReader() throws Exception {
        CompletableFuture<StreamEvent> waiting = CompletableFuture.supplyAsync(() -> pipe.next(LONG));

        pipe.close();

        assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(InferenceException.class);
    }
}
