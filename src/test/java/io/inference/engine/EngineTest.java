package io.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.BesideOthers;
import io.inference.engine.EngineOptions.BackendChoice;
import io.inference.engine.embedding.EmbedJob;
import io.inference.engine.error.ContextOverflowException;
import io.inference.engine.error.EngineBusyException;
import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.InvalidJobException;
import io.inference.engine.sampling.SamplingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine's API with the real model. */
@BesideOthers
@Timeout(300)
class EngineTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = Engine.open(TestModel.path(), new EngineOptions(BackendChoice.AUTO, 0, 1024, 4, 1));
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private record Answer(String text, List<Integer> tokens, FinishReason reason, Usage usage) {}

    private static Answer read(Generation generation) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        List<Integer> tokens = new ArrayList<>();
        while (true) {
            switch (generation.next(LONG)) {
                case GenerationEvent.Piece piece -> {
                    text.append(piece.text());
                    piece.tokens().forEach(it -> tokens.add(it.token()));
                }
                case GenerationEvent.Pending pending -> throw new AssertionError("nothing in " + LONG);
                case GenerationEvent.End end -> {
                    generation.close();
                    return new Answer(text.toString(), tokens, end.reason(), end.usage());
                }
            }
        }
    }

    private static GenerateJob job(String prompt, int maxTokens, String... stop) {
        return new GenerateJob(
                engine.trustedTokens(prompt), maxTokens, SamplingOptions.greedy(), List.of(stop), 0, 0, "test");
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void tellsWhatTheModelIs() {
        EngineInfo info = engine.info();
        assertThat(info.architecture()).isEqualTo("llama");
        assertThat(info.parameterCount()).isEqualTo(134_515_008);
        assertThat(info.quantization()).isEqualTo("Q4_1");
        assertThat(info.contextLength()).isEqualTo(1024);
        assertThat(info.trainedContextLength()).isEqualTo(8192);
        assertThat(info.embeddingWidth()).isEqualTo(576);
        assertThat(info.hasChatTemplate()).isTrue();
        assertThat(info.metadata())
                .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5)
                .containsEntry("general.basename", "smollm2")
                .doesNotContainKey("tokenizer.ggml.tokens");
        assertThat(info.tensors()).contains(new EngineInfo.Tensor("token_embd.weight", "Q8_0", List.of(576L, 49152L)));
    }

    @Test
    void answersAConversationUntilTheModelEndsIt() throws Exception {
        int[] prompt = engine.chatPrompt(
                List.of(Map.of("role", "user", "content", "What is the capital of Japan?")), List.of());
        Answer answer = read(engine.submit(GenerateJob.of(prompt, 64, SamplingOptions.greedy())));
        assertThat(answer.text()).isEqualTo("The capital of Japan is Tokyo.");
        assertThat(answer.reason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.usage().promptTokens()).isEqualTo(prompt.length);
        assertThat(answer.usage().completionTokens()).isEqualTo(8);
    }

    @Test
    void endsAtAStopSequenceAndAtTheLimit() throws Exception {
        Answer stopped = read(engine.submit(job("1, 2, 3, 4, 5, 6,", 32, "9, 1")));
        assertThat(stopped.text()).isEqualTo(" 7, 8, ");
        assertThat(stopped.reason()).isEqualTo(FinishReason.STOP);
        Answer limited = read(engine.submit(job("1, 2, 3, 4, 5, 6,", 5)));
        assertThat(limited.reason()).isEqualTo(FinishReason.LENGTH);
        assertThat(limited.usage().completionTokens()).isEqualTo(5);
        assertThat(limited.tokens()).hasSize(5);
    }

    @Test
    void generatesTheSameTogetherAsAlone() throws Exception {
        List<String> prompts =
                List.of("The capital of France is", "1, 2, 3, 4, 5, 6,", "Once upon a time,", "def main(args):\n");
        List<Answer> alone = new ArrayList<>();
        for (String prompt : prompts) {
            alone.add(read(engine.submit(job(prompt, 24))));
        }
        List<Generation> together = new ArrayList<>();
        for (String prompt : prompts) {
            together.add(engine.submit(job(prompt, 24)));
        }
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(read(together.get(i)).tokens())
                    .as(prompts.get(i))
                    .isEqualTo(alone.get(i).tokens());
        }
    }

    @Test
    void takesWhatPromptsHaveInCommonFromTheCache() throws Exception {
        String common =
                "In the beginning the universe was created, which made a lot of people rather angry. ".repeat(4);
        Answer first = read(engine.submit(job(common + "Then", 8)));
        Answer second = read(engine.submit(job(common + "Later", 8)));
        Answer again = read(engine.submit(job(common + "Then", 8)));
        assertThat(first.usage().cachedTokens()).isZero();
        assertThat(second.usage().cachedTokens())
                .isGreaterThanOrEqualTo(48)
                .isLessThan(second.usage().promptTokens());
        assertThat(again.tokens()).isEqualTo(first.tokens());
    }

    @Test
    void cancellingFreesThePagesAtTheNextStep() throws Exception {
        await(() -> engine.active() == 0);
        Generation generation = engine.submit(job("Once upon a time", 500));
        assertThat(generation.next(LONG)).isInstanceOf(GenerationEvent.Piece.class);
        assertThat(engine.active()).isEqualTo(1);
        generation.close();
        generation.close();
        await(() -> engine.active() == 0 && engine.pagesInUse() == 0);
        assertThatThrownBy(() -> generation.next(Duration.ZERO)).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void aSlowReaderPausesItsOwnGenerationOnly() throws Exception {
        try (Generation slow = engine.submit(job("1, 2, 3, 4, 5, 6,", 200))) {
            await(() -> engine.pagesInUse() >= 3); // it generates ahead, and then waits
            Answer other = read(engine.submit(job("The capital of France is", 8)));
            assertThat(other.tokens()).hasSize(8);
            Answer whole = read(slow);
            assertThat(whole.tokens()).hasSize(200);
        }
    }

    @Test
    void refusesWhatDoesNotFit() throws Exception {
        assertThatThrownBy(() -> engine.submit(GenerateJob.of(new int[1024], 1, SamplingOptions.greedy())))
                .isInstanceOfSatisfying(ContextOverflowException.class, e -> {
                    assertThat(e.promptTokens()).isEqualTo(1024);
                    assertThat(e.contextLength()).isEqualTo(1024);
                });
        assertThatThrownBy(() -> engine.submit(GenerateJob.of(new int[0], 1, SamplingOptions.greedy())))
                .isInstanceOf(InvalidJobException.class);
        assertThatThrownBy(() -> engine.submit(GenerateJob.of(new int[] {49152}, 1, SamplingOptions.greedy())))
                .isInstanceOf(InvalidJobException.class);
        String tooLong = "word ".repeat(2000);
        assertThatThrownBy(() -> engine.embed(new EmbedJob(List.of(tooLong), false, 0, "")))
                .isInstanceOf(ContextOverflowException.class);
        assertThat(engine.embed(new EmbedJob(List.of(tooLong), true, 0, ""))
                        .getFirst()
                        .tokens())
                .isEqualTo(1024);
        int[] almostFull = new int[1022];
        Arrays.fill(almostFull, engine.tokens(" word")[0]);
        Answer answer = read(engine.submit(GenerateJob.of(almostFull, GenerateJob.NO_LIMIT, SamplingOptions.greedy())));
        assertThat(answer.usage().completionTokens()).isEqualTo(2);
        assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void aFullQueueIsAnErrorAtOnce() {
        List<Generation> taken = new ArrayList<>();
        try {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            taken.add(engine.submit(job("Once upon a time", 300)));
                        }
                    })
                    .isInstanceOfSatisfying(
                            EngineBusyException.class,
                            e -> assertThat(e.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(2)));
        } finally {
            taken.forEach(Generation::close);
        }
        await(() -> engine.active() == 0 && engine.queued() == 0);
    }

    @Test
    void closingEndsWhatRuns() throws Exception {
        Path model = TestModel.path();
        Engine own = Engine.open(model, new EngineOptions(BackendChoice.AUTO, 1, 256, 1, 4));
        GenerateJob job = GenerateJob.of(own.tokens("Once upon a time"), 200, SamplingOptions.greedy());
        Generation running = own.submit(job);
        Generation waiting = own.submit(job);
        own.close();
        own.close();
        assertThatThrownBy(() -> read(waiting)).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(() -> read(running)).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(() -> own.submit(job)).isInstanceOf(EngineClosedException.class);
    }
}
