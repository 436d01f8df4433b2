package io.inference.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.inference.api.backend.ModelInfo;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageOptions;
import io.inference.api.message.Extras;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.Options;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendKind;
import io.inference.backend.EntryModels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BackendSetTest {
    private static final InferenceException DEAD = new InferenceException(ErrorCode.UNAVAILABLE, "cannot be reached");

    private final AtomicLong clockNanos = new AtomicLong();
    private final FakeBackend local = new FakeBackend("local");
    private final FakeBackend ollama = new FakeBackend("ollama");
    private final FakeBackend openai = new FakeBackend("openai");
    private final BackendSet set = set(Duration.ofSeconds(10), Duration.ofSeconds(10));

    private BackendSet set(Duration askTimeout, Duration unknownWait) {
        return set(askTimeout, unknownWait, entry("local"), entry("ollama"), entry("openai"));
    }

    private BackendSet set(Duration askTimeout, Duration unknownWait, BackendEntry... entries) {
        Map<String, FakeBackend> fakes = Map.of("local", local, "ollama", ollama, "openai", openai);
        List<LiveBackend> backends = Stream.of(entries)
                .map(entry ->
                        new LiveBackend(entry, List.of(new Replica(fakes.get(entry.name()), null)), clockNanos::get))
                .toList();
        BackendSet made = new BackendSet(
                backends,
                new DirectoryTiming(askTimeout, Duration.ofSeconds(1), unknownWait, clockNanos::get),
                () -> {});
        backends.forEach(backend -> backend.listing().onChange(made::reindex));
        return made;
    }

    private static BackendEntry entry(String name) {
        return BackendEntry.of(name, BackendKind.OPENAI, List.of(), Duration.ofMinutes(1));
    }

    @Test
    void listsAllModelsInTheOrderOfPreference() {
        openai.has("c", "a");
        local.has("a");

        assertThat(set.models())
                .extracting(ModelInfo::backend, ModelInfo::id)
                .containsExactly(tuple("local", "a"), tuple("openai", "c"), tuple("openai", "a"));
        assertThat(set.backendsFor("a")).containsExactly("local", "openai");
        assertThat(set.find("a")).get().returns("local", ModelInfo::backend);
        assertThat(set.find("b")).isEmpty();
        assertThat(set.backendsFor("b")).isEmpty();
    }

    @Test
    void aNameWithoutATagMeansLatest() {
        ollama.has("llama3:latest", "host:5000/x", "m:1b");
        set.refresh();

        assertThat(set.backendsFor("llama3")).containsExactly("ollama");
        assertThat(set.find("llama3")).get().returns("llama3:latest", ModelInfo::id);
        assertThat(set.backendsFor("host:5000/x:latest")).containsExactly("ollama");
        assertThat(set.backendsFor("m")).isEmpty();
    }

    @Test
    void whatAFailingBackendHadStaysListedButComesLastAndIsNotReady() {
        local.has("a");
        openai.has("a");
        set.refresh();
        local.fail(DEAD);
        set.refresh();

        assertThat(set.backendsFor("a")).containsExactly("openai", "local");
        assertThat(set.models()).extracting(ModelInfo::ready).containsExactly(false, true);

        local.has("a");
        set.refresh();

        assertThat(set.backendsFor("a")).containsExactly("local", "openai");
    }

    @Test
    void aBackendThatLoadsAModelComesBehindOneThatHasIt() {
        local.loads("a");
        openai.has("a");
        set.refresh();

        assertThat(set.backendsFor("a")).containsExactly("openai", "local");
        local.has("a");
        set.refresh();
        assertThat(set.backendsFor("a")).containsExactly("local", "openai");
    }

    @Test
    void whatABackendHadThatNeverWillAnswerIsNotListed() {
        local.has("a");
        set.refresh();
        local.fail(new InferenceException(ErrorCode.NOT_CONFIGURED, "cannot run"));
        set.refresh();

        assertThat(set.models()).isEmpty();
        assertThat(set.states().getFirst().health()).isEqualTo("unavailable");
    }

    @Test
    void aBackendThatDoesNotAnswerSlowsNobody() {
        local.has("a");
        ollama.hang();
        BackendSet impatient = set(Duration.ofMillis(50), Duration.ofMillis(50));

        impatient.refresh();

        assertThat(impatient.backendsFor("a")).containsExactly("local");
        assertThat(ollama.asked).hasValue(1);
        impatient.refresh();
        assertThat(ollama.asked).as("not asked again while it is being asked").hasValue(1);
        ollama.release();
    }

    @Test
    void anUnknownModelIsLookedForAtOnceButOncePerSecond() {
        set.refresh();
        ollama.has("new");

        assertThat(set.backendsFor("new")).containsExactly("ollama");
        ollama.has("new", "newer");
        assertThat(set.backendsFor("newer")).isEmpty();

        clockNanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(set.backendsFor("newer")).containsExactly("ollama");
        assertThat(ollama.asked).hasValue(3);
    }

    @Test
    void aModelThatCameIsFoundWithoutWaitingForTheOthers() throws Exception {
        set.refresh();
        local.hang();
        ollama.has("new");

        CompletableFuture<List<String>> found = CompletableFuture.supplyAsync(() -> set.backendsFor("new"));

        assertThat(found.get(30, TimeUnit.SECONDS)).containsExactly("ollama");
        local.release();
    }

    private static BackendEntry entry(String name, int priority, Integer weight, String... lacks) {
        return new BackendEntry(
                name,
                BackendKind.OPENAI,
                List.of(),
                null,
                EntryModels.ALL,
                Map.of(),
                BackendEntry.Timeouts.of(Duration.ofMinutes(1)),
                null,
                priority,
                weight,
                Set.of(lacks),
                BackendEntry.Health.DEFAULT,
                null,
                Map.of(),
                null);
    }

    @Test
    void withoutABackendForPicturesTheVariablesToSetAreNamed() {
        ImageRequest request = new ImageRequest("", "a cat", List.of(), null, ImageOptions.DEFAULT, false, Extras.NONE);
        set.refresh();

        assertThatThrownBy(() -> set.backendsFor("", request, false))
                .hasMessageContainingAll("IMAGE_BACKEND", "INFERENCE_SERVICES_SD_BASE_URL")
                .extracting(e -> ((InferenceException) e).code())
                .isEqualTo(ErrorCode.NOT_CONFIGURED);

        BackendSet down = set(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                BackendEntry.of("local", BackendKind.COMFYUI, List.of(), Duration.ofMinutes(1)));
        local.fail(DEAD);
        down.refresh();
        assertThatThrownBy(() -> down.backendsFor("", request, false))
                .extracting(e -> ((InferenceException) e).code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void theLowerPriorityComesFirstUnlessItsBackendIsUnavailable() {
        BackendSet ranked = set(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                entry("local", 100, null),
                entry("ollama", 50, null),
                entry("openai", 50, null));
        local.has("a");
        ollama.has("a");
        openai.has("a");
        ranked.refresh();
        assertThat(ranked.backendsFor("a")).containsExactly("ollama", "openai", "local");

        ollama.fail(DEAD);
        ranked.refresh();
        assertThat(ranked.backendsFor("a")).containsExactly("openai", "local", "ollama");
    }

    @Test
    void weightsShareTheRequestsOfOnePriority() {
        BackendSet weighted = set(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                entry("local", 100, null),
                entry("ollama", 50, 19),
                entry("openai", 50, null));
        local.has("a");
        ollama.has("a");
        openai.has("a");
        weighted.refresh();

        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            List<String> order = weighted.backendsFor("a");
            assertThat(order).hasSize(3).endsWith("local");
            first += order.getFirst().equals("openai") ? 1 : 0;
        }

        // One in twenty: 500, with a standard deviation of 22.
        assertThat(first).isBetween(370, 630);
    }

    @Test
    void aBackendThatLacksWhatARequestNeedsIsLeftOut() {
        BackendSet lacking = set(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                entry("ollama", 50, null, "logprobs", "streaming"),
                entry("openai", 50, null, "logprobs"));
        ollama.has("a");
        openai.has("a");
        lacking.refresh();

        assertThat(lacking.backendsFor("a", chat(false, null), false)).containsExactly("ollama", "openai");
        assertThat(lacking.backendsFor("a", chat(true, null), false)).containsExactly("openai");
        assertThatThrownBy(() -> lacking.backendsFor("a", chat(false, 5), false))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.UNSUPPORTED, InferenceException::code)
                .returns("logprobs", e -> e.param().orElse(""));
        assertThat(lacking.backendsFor("a", chat(false, 5), true)).containsExactly("ollama", "openai");
        assertThat(lacking.backendsFor("a", chat(true, 5), true)).containsExactly("openai");
    }

    private static ChatRequest chat(boolean stream, Integer topLogprobs) {
        Options options =
                new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, topLogprobs);
        return new ChatRequest("a", List.of(), options, List.of(), null, null, null, stream);
    }

    @Test
    void theListOfABackendThatIsDownIsKeptForAWhile() {
        local.has("a");
        set.refresh();
        local.fail(DEAD);
        clockNanos.addAndGet(Duration.ofMinutes(9).toNanos());
        set.refresh();
        assertThat(set.models()).extracting(ModelInfo::state).containsExactly(ModelInfo.State.UNAVAILABLE);

        clockNanos.addAndGet(Duration.ofMinutes(2).toNanos());
        set.refresh();
        assertThat(set.models()).isEmpty();
    }

    @Test
    void detailsComeFromTheFirstBackendThatTells() {
        local.has("m");
        ollama.has("m:latest");
        set.refresh();
        local.detailsFailure = DEAD;

        assertThat(set.details("m").info()).isEqualTo(ModelInfo.named("m:latest", "ollama"));
        assertThatThrownBy(() -> set.details("nope"))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.MODEL_NOT_FOUND, InferenceException::code);
    }

    @Test
    void loadedModelsAreThoseOfBackendsThatTell() {
        local.has("a");
        ollama.has("b");
        openai.fail(DEAD);
        ollama.loadedFailure = DEAD;
        set.refresh();

        assertThat(set.loaded()).extracting(ModelInfo::id).containsExactly("a");
    }

    @Test
    void aChangeIsLoggedOnce() {
        Logger logger = (Logger) LoggerFactory.getLogger(BackendListing.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO);
        try {
            ollama.fail(DEAD);
            set.refresh();
            set.refresh();
            ollama.has("a");
            set.refresh();
            set.refresh();
        } finally {
            logger.setLevel(before);
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(message -> message.contains("ollama"))
                .containsExactly(
                        "backend ollama does not list its models: cannot be reached",
                        "backend ollama answers, models: [a]");
    }

    private static Tuple tuple(Object... values) {
        return Tuple.tuple(values);
    }
}
