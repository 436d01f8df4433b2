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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ModelDirectoryTest {
    private static final InferenceException DEAD = new InferenceException(ErrorCode.UNAVAILABLE, "cannot be reached");

    private final AtomicLong clockNanos = new AtomicLong();
    private final FakeBackend local = new FakeBackend("local");
    private final FakeBackend ollama = new FakeBackend("ollama");
    private final FakeBackend openai = new FakeBackend("openai");
    private final ModelDirectory directory = directory(Duration.ofSeconds(10), Duration.ofSeconds(10));

    private ModelDirectory directory(Duration askTimeout, Duration unknownWait) {
        return new ModelDirectory(
                List.of(local, ollama, openai),
                new DirectoryTiming(
                        Duration.ofHours(1), askTimeout, Duration.ofSeconds(1), unknownWait, clockNanos::get));
    }

    @Test
    void listsAllModelsInTheOrderOfPreference() {
        openai.has("c", "a");
        local.has("a");

        assertThat(directory.models())
                .extracting(ModelInfo::backend, ModelInfo::id)
                .containsExactly(tuple("local", "a"), tuple("openai", "c"), tuple("openai", "a"));
        assertThat(directory.backendsFor("a")).containsExactly("local", "openai");
        assertThat(directory.find("a")).get().returns("local", ModelInfo::backend);
        assertThat(directory.find("b")).isEmpty();
        assertThat(directory.backendsFor("b")).isEmpty();
    }

    @Test
    void aNameWithoutATagMeansLatest() {
        ollama.has("llama3:latest", "host:5000/x", "m:1b");
        directory.refresh();

        assertThat(directory.backendsFor("llama3")).containsExactly("ollama");
        assertThat(directory.find("llama3")).get().returns("llama3:latest", ModelInfo::id);
        assertThat(directory.backendsFor("host:5000/x:latest")).containsExactly("ollama");
        assertThat(directory.backendsFor("m")).isEmpty();
    }

    @Test
    void aBackendThatIsOffIsNeverAsked() {
        ollama.enabled = false;
        ModelDirectory two = directory(Duration.ofSeconds(10), Duration.ofSeconds(10));

        two.refresh();

        assertThat(ollama.asked).hasValue(0);
    }

    @Test
    void whatAFailingBackendHadStaysListedButComesLastAndIsNotReady() {
        local.has("a");
        openai.has("a");
        directory.refresh();
        local.fail(DEAD);
        directory.refresh();

        assertThat(directory.backendsFor("a")).containsExactly("openai", "local");
        assertThat(directory.models()).extracting(ModelInfo::ready).containsExactly(false, true);

        local.has("a");
        directory.refresh();

        assertThat(directory.backendsFor("a")).containsExactly("local", "openai");
    }

    @Test
    void aBackendThatLoadsAModelComesBehindOneThatHasIt() {
        local.loads("a");
        openai.has("a");
        directory.refresh();

        assertThat(directory.backendsFor("a")).containsExactly("openai", "local");
        local.has("a");
        directory.refresh();
        assertThat(directory.backendsFor("a")).containsExactly("local", "openai");
    }

    @Test
    void whatABackendHadThatNeverWillAnswerIsNotListed() {
        local.has("a");
        directory.refresh();
        local.fail(new InferenceException(ErrorCode.NOT_CONFIGURED, "cannot run"));
        directory.refresh();

        assertThat(directory.models()).isEmpty();
        assertThat(directory.backends().getFirst().health()).isEqualTo("unavailable");
    }

    @Test
    void aBackendThatDoesNotAnswerSlowsNobody() {
        local.has("a");
        ollama.hang();
        ModelDirectory impatient = directory(Duration.ofMillis(50), Duration.ofMillis(50));

        impatient.refresh();

        assertThat(impatient.backendsFor("a")).containsExactly("local");
        assertThat(ollama.asked).hasValue(1);
        impatient.refresh();
        assertThat(ollama.asked).as("not asked again while it is being asked").hasValue(1);
        ollama.release();
    }

    @Test
    void anUnknownModelIsLookedForAtOnceButOncePerSecond() {
        directory.refresh();
        ollama.has("new");

        assertThat(directory.backendsFor("new")).containsExactly("ollama");
        ollama.has("new", "newer");
        assertThat(directory.backendsFor("newer")).isEmpty();

        clockNanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(directory.backendsFor("newer")).containsExactly("ollama");
        assertThat(ollama.asked).hasValue(3);
    }

    @Test
    void aModelThatCameIsFoundWithoutWaitingForTheOthers() throws Exception {
        directory.refresh();
        local.hang();
        ollama.has("new");

        CompletableFuture<List<String>> found = CompletableFuture.supplyAsync(() -> directory.backendsFor("new"));

        assertThat(found.get(5, TimeUnit.SECONDS)).containsExactly("ollama");
        local.release();
    }

    @Test
    void detailsComeFromTheFirstBackendThatTells() {
        local.has("m");
        ollama.has("m:latest");
        directory.refresh();
        local.detailsFailure = DEAD;

        assertThat(directory.details("m").info()).isEqualTo(ModelInfo.named("m:latest", "ollama"));
        assertThatThrownBy(() -> directory.details("nope"))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.MODEL_NOT_FOUND, InferenceException::code);
    }

    @Test
    void loadedModelsAreThoseOfBackendsThatTell() {
        local.has("a");
        ollama.has("b");
        openai.fail(DEAD);
        ollama.loadedFailure = DEAD;
        directory.refresh();

        assertThat(directory.loaded()).extracting(ModelInfo::id).containsExactly("a");
    }

    @Test
    void aChangeIsLoggedOnce() {
        Logger logger = (Logger) LoggerFactory.getLogger(ModelDirectory.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO);
        try {
            ollama.fail(DEAD);
            directory.refresh();
            directory.refresh();
            ollama.has("a");
            directory.refresh();
            directory.refresh();
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

    @Test
    void asksInTheBackgroundUntilItIsClosed() throws InterruptedException {
        ollama.has("a");

        directory.start();

        assertThat(ollama.awaitAsked()).isTrue();
        directory.close();
    }

    private static Tuple tuple(Object... values) {
        return Tuple.tuple(values);
    }
}
