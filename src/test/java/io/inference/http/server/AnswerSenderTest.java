package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

class AnswerSenderTest {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final AnswerSender sender = new AnswerSender(KEEP_ALIVE);
    private final ReentrantLock writing = new ReentrantLock();
    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @Test
    void aStreamIsSentChunkByChunkWithAKeepAliveForEachSilence() throws IOException {
        Script script = new Script(
                Chunk.of(0, "a"), StreamEvent.SILENCE, StreamEvent.SILENCE, Chunk.of(0, "b"), StreamEvent.END);
        assertThat(sender.send(answer(script), writing, response)).isNull();
        assertThat(response.getContentAsString()).isEqualTo("[a][keep-alive][keep-alive][b][end]");
        assertThat(response.getHeader("X-Accel-Buffering")).isEqualTo("no");
        assertThat(script.timeout).isEqualTo(KEEP_ALIVE);
        assertThat(script.closed).isTrue();
    }

    @Test
    void aFailureAfterTheFirstByteIsToldInTheStream() throws IOException {
        Script script = new Script(Chunk.of(0, "a"));
        script.failure = new InferenceException(ErrorCode.BACKEND_FAILED, "broke off");
        assertThat(sender.send(answer(script), writing, response)).isSameAs(script.failure);
        assertThat(response.getContentAsString()).isEqualTo("[a][broke off]");
        assertThat(script.closed).isTrue();
    }

    @Test
    void aCallerThatHasGoneIsToldNothingAndTheStreamIsClosed() throws IOException {
        Script script = new Script(Chunk.of(0, "a"));
        script.failure = Call.cancellation(ErrorCode.CANCELLED);
        assertThat(sender.send(answer(script), writing, response)).isSameAs(script.failure);
        assertThat(response.getContentAsString()).isEqualTo("[a]");
        assertThat(script.closed).isTrue();
    }

    @Test
    void aFaultOfOurOwnClosesTheStreamToo() {
        Script script = new Script();
        assertThatThrownBy(() -> sender.send(answer(script), writing, response)).isInstanceOf(RuntimeException.class);
        assertThat(script.closed).isTrue();
    }

    @Test
    void aFaultOfOurOwnAfterTheFirstByteIsToldInTheStream() throws IOException {
        Script script = new Script(Chunk.of(0, "a"));
        assertThat(sender.send(answer(script), writing, response))
                .isNotNull()
                .returns(ErrorCode.INTERNAL, InferenceException::code);
        assertThat(response.getContentAsString()).startsWith("[a][the service failed");
        assertThat(script.closed).isTrue();
    }

    @Test
    void theConnectionIsNotProbedWhileSomethingIsWrittenButWhileAChunkIsWaitedFor() throws IOException {
        Script script = new Script(Chunk.of(0, "a"), StreamEvent.SILENCE, StreamEvent.END);
        assertThat(sender.send(answer(script), writing, response)).isNull();
        assertThat(script.waitedWhileWriting).isFalse();
        assertThat(writing.isLocked()).isFalse();
    }

    private HttpAnswer.Streamed answer(Script script) {
        script.writing = writing;
        return new HttpAnswer.Streamed(
                new Framing("text/event-stream", "", "", "", "", ""), script, new Brackets(writing));
    }

    /** Returns its chunks, then its failure. */
    private static final class Script implements ChunkStream {
        private final Queue<StreamEvent> events = new ArrayDeque<>();
        private InferenceException failure;
        private Duration timeout;
        private boolean closed;
        private boolean waitedWhileWriting;
        private ReentrantLock writing;

        Script(StreamEvent... events) {
            this.events.addAll(List.of(events));
        }

        @Override
        public StreamEvent next(Duration timeout) {
            this.timeout = timeout;
            waitedWhileWriting |= writing.isLocked();
            if (events.isEmpty() && failure != null) {
                throw failure;
            }
            return events.remove();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private record Brackets(ReentrantLock writing) implements ChunkEncoder {
        @Override
        public void chunk(Chunk chunk, Sink out) throws IOException {
            write(chunk.text(), out);
        }

        @Override
        public void keepAlive(Sink out) throws IOException {
            write("keep-alive", out);
        }

        @Override
        public void end(Sink out) throws IOException {
            write("end", out);
        }

        @Override
        public Json.Content failure(InferenceException failure) {
            return text(failure.getMessage());
        }

        private void write(String text, Sink out) throws IOException {
            out.object(text(text));
        }

        private Json.Content text(String text) {
            assertThat(writing.isHeldByCurrentThread()).isTrue();
            return json -> json.writeRaw("[" + text + "]");
        }
    }
}
