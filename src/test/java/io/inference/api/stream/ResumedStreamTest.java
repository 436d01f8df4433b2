package io.inference.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.ToolCall;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResumedStreamTest {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final Call call = new Call("req-1", "rest", Duration.ofMinutes(1));
    private final List<String> asked = new ArrayList<>();

    @Test
    void theAnswerContinuesWithWhatWasSaid() {
        Scripted broken = Scripted.failing(ErrorCode.BACKEND_FAILED, text("Once "), text("upon"));
        Scripted next = Scripted.ending(text(" a"), last(" time", new Usage(9, 2, 0)));
        ResumedStream stream = stream(broken, next);
        List<Chunk> chunks = readAll(stream);
        assertThat(chunks).extracting(Chunk::text).containsExactly("Once ", "upon", " a", " time");
        assertThat(asked).containsExactly("2:Once upon");
        assertThat(broken.closed).isTrue();
        // The two tokens of the first backend are part of the answer, not of the prompt.
        assertThat(chunks.getLast().usage()).isEqualTo(new Usage(7, 4, 0));
        assertThat(call.usage()).isEqualTo(new Usage(7, 4, 0));
    }

    @Test
    void itContinuesAgainUpToItsLimit() {
        ResumedStream stream = stream(
                Scripted.failing(ErrorCode.UNAVAILABLE, text("a")),
                Scripted.failing(ErrorCode.TIMEOUT, text("b")),
                Scripted.failing(ErrorCode.BACKEND_FAILED, text("c")));
        assertThatThrownBy(() -> readAll(stream))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_FAILED));
        assertThat(asked).containsExactly("1:a", "2:ab");
    }

    @Test
    void withoutAnotherBackendTheCallerSeesTheFirstFailure() {
        ResumedStream stream = stream(Scripted.failing(ErrorCode.UNAVAILABLE, text("a")));
        assertThatThrownBy(() -> readAll(stream))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void whatCannotContinueFailsAsBefore() {
        var toolCall = new ToolCall(0, "call_1", "f", "{");
        Chunk part = new Chunk(0, "", null, List.of(toolCall), List.of(), null, null);
        for (Scripted broken : List.of(
                Scripted.failing(ErrorCode.BACKEND_FAILED, text("a"), part),
                Scripted.failing(ErrorCode.BACKEND_FAILED, text("a"), Chunk.of(1, "b")),
                Scripted.failing(ErrorCode.BACKEND_FAILED, last("a", new Usage(1, 1, 0))),
                Scripted.failing(ErrorCode.CONTEXT_LENGTH_EXCEEDED, text("a")),
                Scripted.failing(ErrorCode.BACKEND_FAILED))) {
            assertThatThrownBy(() -> readAll(stream(broken, Scripted.ending(text("x")))))
                    .isInstanceOf(InferenceException.class);
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void aReaderCanWaitAndLeaveWhileTheNextBackendIsAsked() throws InterruptedException {
        CountDownLatch answers = new CountDownLatch(1);
        CountDownLatch handed = new CountDownLatch(1);
        Scripted next = Scripted.ending(text("b"));
        Scripted broken = Scripted.failing(ErrorCode.BACKEND_FAILED, text("a"));
        ResumedStream stream = new ResumedStream(broken, 1, call, (said, tokens, why) -> {
            try {
                answers.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            next.whenClosed = handed::countDown;
            return next;
        });
        assertThat(stream.next(WAIT)).isInstanceOf(Chunk.class);
        assertThat(stream.next(WAIT)).isInstanceOf(StreamEvent.Silence.class);
        assertThat(stream.next(Duration.ofMillis(1))).isInstanceOf(StreamEvent.Silence.class);
        stream.close();
        answers.countDown();
        handed.await();
        assertThat(next.closed).isTrue();
    }

    private ResumedStream stream(Scripted first, Scripted... next) {
        Queue<Scripted> rest = new ArrayDeque<>(List.of(next));
        return new ResumedStream(first, 2, call, (said, tokens, why) -> {
            if (rest.isEmpty()) {
                throw InferenceException.modelNotFound("none");
            }
            asked.add(tokens + ":" + said);
            return rest.remove();
        });
    }

    private static List<Chunk> readAll(ChunkStream stream) {
        List<Chunk> chunks = new ArrayList<>();
        while (true) {
            switch (stream.next(WAIT)) {
                case Chunk chunk -> chunks.add(chunk);
                case ImageEvent image -> throw new AssertionError("a picture");
                case StreamEvent.Silence ignored -> {}
                case StreamEvent.End ignored -> {
                    return chunks;
                }
            }
        }
    }

    private static Chunk text(String text) {
        return Chunk.of(0, text);
    }

    private static Chunk last(String text, Usage usage) {
        return new Chunk(0, text, null, List.of(), List.of(), FinishReason.STOP, usage);
    }

    /** A backend's stream with fixed chunks. */
    private static final class Scripted implements ChunkStream {
        private final Queue<Chunk> chunks;
        private final @Nullable ErrorCode failure;
        private volatile boolean closed;
        private volatile Runnable whenClosed = () -> {};

        private Scripted(@Nullable ErrorCode failure, Chunk... chunks) {
            this.failure = failure;
            this.chunks = new ArrayDeque<>(List.of(chunks));
        }

        static Scripted failing(ErrorCode failure, Chunk... chunks) {
            return new Scripted(failure, chunks);
        }

        static Scripted ending(Chunk... chunks) {
            return new Scripted(null, chunks);
        }

        @Override
        public StreamEvent next(Duration timeout) {
            Chunk chunk = chunks.poll();
            if (chunk != null) {
                return chunk;
            }
            if (failure != null) {
                throw new InferenceException(failure, "broken off");
            }
            return StreamEvent.END;
        }

        @Override
        public void close() {
            closed = true;
            whenClosed.run();
        }
    }
}
