package io.inference.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkStreamsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final InferenceException BROKEN = new InferenceException(ErrorCode.BACKEND_FAILED, "broken");

    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    @Test
    void holdsTheFirstChunkAndMarksItsTime() {
        ChunkStream held =
                ChunkStreams.holdingFirst(ScriptedStream.of(Chunk.of(0, "a"), StreamEvent.END), MINUTE, call);

        assertThat(call.timeToFirstTokenNanos()).isPositive();
        assertThat(held.next(MINUTE)).isEqualTo(Chunk.of(0, "a"));
        assertThat(held.next(MINUTE)).isEqualTo(StreamEvent.END);
    }

    @Test
    void withoutAFirstChunkInTimeItIsATimeoutAndClosed() {
        ScriptedStream silent = new ScriptedStream();

        assertThatThrownBy(() -> ChunkStreams.holdingFirst(silent, Duration.ofMillis(1), call))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.TIMEOUT, InferenceException::code);
        assertThat(silent.isClosed()).isTrue();
        assertThat(call.timeToFirstTokenNanos()).isZero();
    }

    @Test
    void failureBeforeTheFirstChunkIsThrownAndClosed() {
        ScriptedStream failing = ScriptedStream.of(BROKEN);

        assertThatThrownBy(() -> ChunkStreams.holdingFirst(failing, MINUTE, call))
                .isSameAs(BROKEN);
        assertThat(failing.isClosed()).isTrue();
    }

    @Test
    void mergedStreamsKeepTheirPlacesAndSumTheirUsage() {
        ChunkStream merged =
                ChunkStreams.merge(List.of(answer("a", new Usage(3, 1, 0)), answer("b", new Usage(3, 2, 1))));

        List<StreamEvent> events = readAll(merged);

        assertThat(events.getLast()).isEqualTo(usageChunk(new Usage(6, 3, 1)));
        assertThat(events).filteredOn(e -> ((Chunk) e).usage() != null).hasSize(1);
        assertThat(events).filteredOn(e -> ((Chunk) e).index() == 1).first().isEqualTo(Chunk.of(1, "b"));
    }

    @Test
    void oneFailureFailsTheMergeAndClosesAll() throws InterruptedException {
        ScriptedStream waiting = new ScriptedStream();
        ScriptedStream failing = ScriptedStream.of(BROKEN);

        ChunkStream merged = ChunkStreams.merge(List.of(waiting, failing));

        assertThatThrownBy(() -> merged.next(MINUTE)).isSameAs(BROKEN);
        assertThat(waiting.awaitClosed()).isTrue();
        assertThat(failing.awaitClosed()).isTrue();
    }

    @Test
    void closingTheMergeClosesAll() {
        ScriptedStream one = new ScriptedStream();
        ScriptedStream two = new ScriptedStream();

        ChunkStreams.merge(List.of(one, two)).close();

        assertThat(one.isClosed()).isTrue();
        assertThat(two.isClosed()).isTrue();
    }

    @Test
    void collectsTextThinkingToolCallsLogprobsAndUsage() {
        TokenLogprob logprob = new TokenLogprob("b", -0.5, new byte[] {98}, List.of());
        ToolCall head = new ToolCall(0, "call_1", "f", "{\"x\"");
        ToolCall tail = new ToolCall(0, null, null, ":1}");
        ScriptedStream stream = ScriptedStream.of(
                new Chunk(0, "", "hm", List.of(), List.of(), null, null),
                new Chunk(0, "a", null, List.of(head), List.of(), null, null),
                new Chunk(0, "b", null, List.of(tail), List.of(logprob), FinishReason.TOOL_CALLS, null),
                usageChunk(new Usage(5, 2, 0)),
                StreamEvent.END);

        ChatAnswer.Whole whole = AnswerCollector.collect(ChunkStreams.tracked(stream, 4, call), "m", call);

        Choice choice = whole.choices().getFirst();
        assertThat(whole.choices()).hasSize(1);
        assertThat(choice.message().content()).isEqualTo("ab");
        assertThat(choice.message().thinking()).isEqualTo("hm");
        assertThat(choice.message().toolCalls()).containsExactly(new ToolCall(0, "call_1", "f", "{\"x\":1}"));
        assertThat(choice.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(choice.logprobs()).containsExactly(logprob);
        assertThat(call.usage()).isEqualTo(new Usage(5, 2, 0)).isEqualTo(whole.usage());
        assertThat(stream.isClosed()).isTrue();
    }

    @Test
    void cancellingTheCallEndsACollectInTheCallsWords() throws InterruptedException {
        ScriptedStream waiting = ScriptedStream.of(Chunk.of(0, "a"));
        Thread canceller = Thread.startVirtualThread(() -> call.cancel(ErrorCode.TIMEOUT));

        assertThatThrownBy(() -> AnswerCollector.collect(waiting, "m", call))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.TIMEOUT, InferenceException::code);
        canceller.join();
        assertThat(waiting.isClosed()).isTrue();
    }

    @Test
    void trackedStreamsTellTheCallTheirUsage() {
        ChunkStream tracked =
                ChunkStreams.tracked(ScriptedStream.of(usageChunk(new Usage(1, 2, 0)), StreamEvent.END), 9, call);

        readAll(tracked);

        assertThat(call.usage()).isEqualTo(new Usage(1, 2, 0));
    }

    @Test
    void aTrackedStreamThatBreaksOffHasUsedItsPromptAndWhatWasSent() {
        TokenLogprob logprob = new TokenLogprob("b", -0.5, new byte[] {98}, List.of());
        ChunkStream tracked = ChunkStreams.tracked(
                ScriptedStream.of(
                        Chunk.of(0, "a"),
                        new Chunk(0, "bb", null, List.of(), List.of(logprob, logprob), null, null),
                        new Chunk(0, "", "hm", List.of(), List.of(), null, null),
                        new Chunk(1, "", null, List.of(), List.of(), FinishReason.STOP, null),
                        BROKEN),
                9,
                call);
        assertThat(call.usage()).isEqualTo(Usage.NONE);

        assertThatThrownBy(() -> readAll(tracked)).isSameAs(BROKEN);

        assertThat(call.usage()).isEqualTo(new Usage(9, 4, 0));
    }

    @Test
    void aTrackedStreamMarksTheFirstToken() {
        ChunkStream tracked = ChunkStreams.tracked(ScriptedStream.of(Chunk.of(0, "a")), 1, call);
        tracked.next(MINUTE);
        assertThat(call.timeToFirstTokenNanos()).isPositive();
    }

    private static ScriptedStream answer(String text, Usage usage) {
        return ScriptedStream.of(
                Chunk.of(0, text),
                new Chunk(0, "", null, List.of(), List.of(), FinishReason.STOP, usage),
                StreamEvent.END);
    }

    private static Chunk usageChunk(Usage usage) {
        return new Chunk(0, "", null, List.of(), List.of(), null, usage);
    }

    private static List<StreamEvent> readAll(ChunkStream stream) {
        List<StreamEvent> events = new ArrayList<>();
        for (StreamEvent e = stream.next(MINUTE); !(e instanceof StreamEvent.End); e = stream.next(MINUTE)) {
            events.add(e);
        }
        return events;
    }
}
