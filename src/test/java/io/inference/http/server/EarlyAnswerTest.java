package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

class EarlyAnswerTest {
    private static final String EVENTS = "text/event-stream";
    private static final Framing PLAIN = new Framing(EVENTS, "", "", "", "", "");

    private final Call call = new Call("id", "rest", Duration.ofMinutes(1));
    private final MockHttpServletResponse response = new MockHttpServletResponse();
    private final EarlyAnswer early = new EarlyAnswer(call, response, Duration.ZERO);

    @Test
    void onlyAStreamIsEverDue() {
        assertThat(early.takeDue()).isFalse();
        early.mayBegin(new StreamStart(PLAIN, Brackets::new));
        assertThat(early.takeDue()).isTrue();
    }

    @Test
    void aKeepAliveIsDueOnceAnInterval() {
        EarlyAnswer slow = new EarlyAnswer(call, response, Duration.ofHours(1));
        slow.mayBegin(new StreamStart(PLAIN, Brackets::new));
        assertThat(slow.takeDue()).isFalse();
    }

    @Test
    void nothingIsWrittenOnceTheRouteHasReturned() throws IOException {
        early.mayBegin(new StreamStart(PLAIN, Brackets::new));
        early.takeOver();
        early.keepAlive();
        assertThat(early.hasBegun()).isFalse();
        assertThat(response.isCommitted()).isFalse();
        assertThat(response.getContentAsString()).isEmpty();
    }

    @Test
    void theRouteWaitsForAKeepAliveThatIsBeingWritten() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        early.mayBegin(new StreamStart(
                PLAIN,
                () -> new Brackets(() -> {
                    writing.countDown();
                    awaitUninterruptibly(written);
                })));
        Thread writer = Thread.startVirtualThread(early::keepAlive);
        writing.await();
        // Another keep-alive that is due meanwhile does not queue up behind it.
        early.keepAlive();
        Thread route = Thread.startVirtualThread(early::takeOver);
        await().until(() -> route.getState() == Thread.State.WAITING);
        written.countDown();
        route.join();
        writer.join();
        assertThat(early.hasBegun()).isTrue();
        assertThat(response.getContentAsString()).isEqualTo("[keep-alive]");
    }

    @Test
    void aCallerFoundGoneByAKeepAliveCancelsTheCall() {
        early.mayBegin(new StreamStart(
                PLAIN,
                () -> new Brackets(() -> {
                    throw new IOException("broken pipe");
                })));
        early.keepAlive();
        assertThat(call.cancelled()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aCallerWhoHasGoneIsToldNoFailure() throws IOException {
        begin();
        early.fail(Call.cancellation(ErrorCode.CANCELLED));
        assertThat(response.getContentAsString()).isEqualTo("[keep-alive]");
        early.fail(Call.cancellation(ErrorCode.TIMEOUT));
        assertThat(response.getContentAsString()).isEqualTo("[keep-alive][the request took longer than it may]");
    }

    @Test
    void anAnswerThatCameWholeGoesOnWithTheStreamOrIsAFault() throws IOException {
        begin();
        early.complete(new HttpAnswer.Whole(200, EVENTS, "[all]".getBytes(StandardCharsets.UTF_8)));
        assertThat(response.getContentAsString()).isEqualTo("[keep-alive][all]");
        for (Object other : new Object[] {
            new HttpAnswer.Whole(404, EVENTS, new byte[0]), HttpAnswer.json(new byte[] {'{', '}'}), "text"
        }) {
            assertThatThrownBy(() -> early.complete(other)).isInstanceOf(InferenceException.class);
        }
    }

    private void begin() {
        early.mayBegin(new StreamStart(PLAIN, Brackets::new));
        early.keepAlive();
        early.takeOver();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Act {
        void run() throws IOException;
    }

    /** Writes names in brackets, after an action. */
    private record Brackets(Act before) implements ChunkEncoder {
        Brackets() {
            this(() -> {});
        }

        @Override
        public void chunk(Chunk chunk, Sink out) throws IOException {
            write(chunk.text(), out);
        }

        @Override
        public void keepAlive(Sink out) throws IOException {
            before.run();
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

        private static void write(String text, Sink out) throws IOException {
            out.object(text(text));
        }

        private static Json.Content text(String text) {
            return json -> json.writeRaw("[" + text + "]");
        }
    }
}
