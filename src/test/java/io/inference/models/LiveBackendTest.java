package io.inference.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.stream.StreamEvent;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendKind;
import io.inference.backend.EntryModels;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveBackendTest {
    private static final InferenceException DEAD = new InferenceException(ErrorCode.UNAVAILABLE, "cannot be reached");

    private final FakeBackend one = new FakeBackend("one");
    private final FakeBackend two = new FakeBackend("two");
    private final Call call = new Call("id", "rest", Duration.ofMinutes(1));

    private static BackendEntry entry(
            EntryModels models, @Nullable Integer maxConcurrent, BackendEntry.Timeouts timeouts) {
        return new BackendEntry(
                "pair",
                BackendKind.OPENAI,
                List.of(),
                null,
                models,
                Map.of(),
                timeouts,
                maxConcurrent,
                100,
                null,
                Set.of(),
                BackendEntry.Health.DEFAULT,
                null,
                Map.of(),
                null);
    }

    private static BackendEntry.Timeouts within(Duration firstToken, @Nullable Duration idle) {
        return new BackendEntry.Timeouts(Duration.ofSeconds(1), firstToken, null, idle);
    }

    private static List<Replica> replicas(FakeBackend... backends) {
        return Stream.of(backends).map(backend -> new Replica(backend, null)).toList();
    }

    private LiveBackend pair() {
        BackendEntry entry = entry(EntryModels.ALL, null, within(Duration.ofMinutes(1), null));
        return new LiveBackend(entry, replicas(one, two), System::nanoTime);
    }

    private LiveBackend limited(int maxConcurrent, Duration firstToken) {
        BackendEntry entry = entry(EntryModels.ALL, maxConcurrent, within(firstToken, null));
        return new LiveBackend(entry, replicas(one), System::nanoTime);
    }

    private static ChatRequest request(String model, boolean stream) {
        return new ChatRequest(
                model, List.of(Message.of(Role.USER, "hi")), Options.DEFAULTS, List.of(), null, null, null, stream);
    }

    private ChatAnswer.Streamed open(LiveBackend backend) {
        return (ChatAnswer.Streamed) backend.ask(request("m", true), call, false);
    }

    @Test
    void replicasOfEqualLoadTakeTurnsAndTheLeastBusyIsFirst() {
        LiveBackend pair = pair();
        ChatAnswer.Streamed first = open(pair);
        ChatAnswer.Streamed second = open(pair);
        assertThat(one.answered).hasValue(1);
        assertThat(two.answered).hasValue(1);

        first.chunks().close();
        for (int i = 0; i < 4; i++) {
            open(pair).chunks().close();
        }

        assertThat(one.answered).as("the other one is busy").hasValue(5);
        assertThat(two.answered).hasValue(1);
        second.chunks().close();
    }

    @Test
    void aStreamThatWasReadToItsEndIsNoLoad() {
        LiveBackend pair = pair();
        ChatAnswer.Streamed first = open(pair);
        while (!(first.chunks().next(Duration.ofSeconds(1)) instanceof StreamEvent.End)) {}
        open(pair);
        open(pair);

        assertThat(one.answered.get() + two.answered.get()).isEqualTo(3);
        assertThat(Math.abs(one.answered.get() - two.answered.get())).isEqualTo(1);
    }

    @Test
    void aReplicaThatIsDownIsFollowedByAnotherAndSkippedForAWhile() {
        LiveBackend pair = pair();
        one.answerFailure = DEAD;
        for (int i = 0; i < 10; i++) {
            open(pair).chunks().close();
        }

        assertThat(two.answered).hasValue(10);
        assertThat(one.answered).as("tried once").hasValue(1);
        assertThat(pair.replicasUp()).isEqualTo(1);
        two.answerFailure = DEAD;
        assertThatThrownBy(() -> open(pair)).isSameAs(DEAD);
    }

    @Test
    void aRequestThatIsWrongIsNotTriedAtAnotherReplica() {
        LiveBackend pair = pair();
        one.answerFailure = InferenceException.invalid("x", "wrong");
        two.answerFailure = one.answerFailure;

        assertThatThrownBy(() -> open(pair)).isSameAs(one.answerFailure);
        assertThat(one.answered.get() + two.answered.get()).isEqualTo(1);
    }

    @Test
    void aBackendWithAllCallsThatItMayHaveIsBusy() {
        LiveBackend limited = limited(1, Duration.ofMillis(50));
        ChatAnswer.Streamed first = open(limited);

        assertThatThrownBy(() -> limited.ask(request("m", true), call, false))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.OVERLOADED, InferenceException::code)
                .returns(true, e -> e.retryAfter().isPresent());
        assertThatThrownBy(() -> limited.ask(request("m", true), call, true))
                .as("waits no longer than for a first token")
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.OVERLOADED, InferenceException::code);
        first.chunks().close();
        open(limited).chunks().close();
        one.answerFailure = DEAD;
        assertThatThrownBy(() -> open(limited)).isSameAs(DEAD);
        one.answerFailure = null;
        open(limited).chunks().close();
    }

    @Test
    void theLastBackendIsWaitedForUntilACallEnds() throws Exception {
        LiveBackend limited = limited(1, Duration.ofMinutes(1));
        ChatAnswer.Streamed first = open(limited);
        CompletableFuture<Object> second = new CompletableFuture<>();
        Thread waiting = waiting(limited, call, second);

        first.chunks().close();

        assertThat(second.get(30, TimeUnit.SECONDS)).isInstanceOf(ChatAnswer.Streamed.class);
        waiting.join();
    }

    @Test
    void aCallThatIsCancelledWaitsNoLonger() throws Exception {
        LiveBackend limited = limited(1, Duration.ofMinutes(1));
        ChatAnswer.Streamed first = open(limited);
        Call other = new Call("other", "rest", Duration.ofMinutes(1));
        CompletableFuture<Object> second = new CompletableFuture<>();
        Thread waiting = waiting(limited, other, second);

        other.cancel(ErrorCode.CANCELLED);

        assertThatThrownBy(() -> second.get(30, TimeUnit.SECONDS))
                .cause()
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.CANCELLED, InferenceException::code);
        waiting.join();
        first.chunks().close();
    }

    /** A thread that asks and waits for a slot. */
    private static Thread waiting(LiveBackend backend, Call call, CompletableFuture<Object> answer) {
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                answer.complete(backend.ask(request("m", true), call, true));
            } catch (InferenceException e) {
                answer.completeExceptionally(e);
            }
        });
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    @Test
    void aStreamThatSendsNothingForTooLongFails() {
        BackendEntry entry = entry(EntryModels.ALL, null, within(Duration.ofMinutes(1), Duration.ofMillis(50)));
        LiveBackend backend = new LiveBackend(entry, replicas(one), System::nanoTime);
        one.silent = true;
        ChatAnswer.Streamed answer = open(backend);

        assertThatThrownBy(() -> {
                    while (answer.chunks().next(Duration.ofMillis(20)) == StreamEvent.SILENCE) {}
                })
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.TIMEOUT, InferenceException::code);
    }

    @Test
    void anAliasIsAskedForAndAnsweredUnderTheCallersName() {
        EntryModels models = new EntryModels(null, Map.of("gpt-4o", "qwen3:8b"), null);
        LiveBackend backend = new LiveBackend(
                entry(models, null, within(Duration.ofMinutes(1), null)), replicas(one), System::nanoTime);
        one.has("qwen3:8b");

        ChatAnswer answer = (ChatAnswer) backend.ask(request("gpt-4o", false), call, false);

        assertThat(one.lastModel).isEqualTo("qwen3:8b");
        assertThat(answer.model()).isEqualTo("gpt-4o");
        assertThat(backend.models()).extracting(ModelInfo::id).containsExactly("qwen3:8b", "gpt-4o");
        assertThat(backend.models()).extracting(ModelInfo::backend).containsOnly("pair");
        assertThat(backend.details("gpt-4o").info().id()).isEqualTo("gpt-4o");
        one.answerFailure = InferenceException.modelNotFound("qwen3:8b");
        assertThatThrownBy(() -> backend.ask(request("gpt-4o", false), call, false))
                .hasMessage("model 'gpt-4o' not found");
    }

    @Test
    void aContextThatTheBackendDoesNotReportIsThatOfTheEntry() {
        EntryModels models = new EntryModels(null, Map.of("gpt-4o", "qwen3:8b"), 131_072);
        LiveBackend backend = new LiveBackend(
                entry(models, null, within(Duration.ofMinutes(1), null)), replicas(one), System::nanoTime);
        one.has("qwen3:8b");
        assertThat(backend.models()).extracting(ModelInfo::contextLength).containsExactly(131_072, 131_072);

        one.reportsContext(40_960);
        assertThat(backend.models()).extracting(ModelInfo::contextLength).containsExactly(40_960, 40_960);
    }

    @Test
    void modelsOfABackendForPicturesSaySo() {
        BackendEntry entry = BackendEntry.of(
                "pictures", BackendKind.SDCPP, List.of(URI.create("http://sd:1234")), Duration.ofMinutes(1));
        one.has("sd-turbo");
        assertThat(new LiveBackend(entry, replicas(one), System::nanoTime).models())
                .extracting(ModelInfo::capabilities)
                .containsExactly(List.of("image"));
    }

    @Test
    void modelsAreThoseOfAllReplicasThatAnswer() {
        LiveBackend pair = pair();
        one.has("a");
        two.has("a", "b");
        assertThat(pair.models()).extracting(ModelInfo::id).containsExactly("a", "b");
        two.fail(DEAD);
        assertThat(pair.models()).extracting(ModelInfo::id).containsExactly("a");
        assertThat(pair.replicasUp()).isEqualTo(1);
        one.fail(DEAD);
        assertThatThrownBy(pair::models).isSameAs(DEAD);
    }
}
