package io.inference.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.BesideOthers;
import io.inference.engine.Engine;
import io.inference.engine.EngineOptions;
import io.inference.engine.EngineOptions.BackendChoice;
import io.inference.engine.GenerateJob;
import io.inference.engine.Generation;
import io.inference.engine.GenerationEvent;
import io.inference.engine.TokenProbability;
import io.inference.engine.Usage;
import io.inference.engine.embedding.EmbedJob;
import io.inference.engine.embedding.Embedding;
import io.inference.engine.error.DeviceLostException;
import io.inference.engine.error.EngineException;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.sampling.SamplingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole engine on the double of the driver, with a small random model. */
@BesideOthers
@Timeout(300)
class CudaEngineTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int VOCABULARY = 64;

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void write() {
        model = RandomModel.small("llama", TensorType.Q4_0).writeTo(folder.resolve("model.gguf"), 12);
    }

    private static EngineOptions options(BackendChoice backend) {
        return new EngineOptions(backend, 1, 256, 16, 32);
    }

    private static GenerateJob job(int[] prompt, int tokens) {
        return new GenerateJob(prompt, tokens, SamplingOptions.greedy(), List.of(), 2, 0, "test");
    }

    private record Answer(List<Integer> tokens, List<TokenProbability> probabilities, Usage usage) {}

    private static Answer read(Generation generation) throws InterruptedException {
        List<TokenProbability> tokens = new ArrayList<>();
        try (generation) {
            while (true) {
                switch (generation.next(LONG)) {
                    case GenerationEvent.Piece piece -> tokens.addAll(piece.tokens());
                    case GenerationEvent.Pending pending -> throw new AssertionError("nothing in " + LONG);
                    case GenerationEvent.End end -> {
                        return new Answer(
                                tokens.stream().map(TokenProbability::token).toList(), tokens, end.usage());
                    }
                }
            }
        }
    }

    private static List<int[]> prompts() {
        Random random = new Random(13);
        return IntStream.range(0, 16)
                .mapToObj(i -> random.ints(1 + i, 0, VOCABULARY).toArray())
                .toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static List<Answer> alone(Engine engine, int tokens) throws InterruptedException {
        List<Answer> answers = new ArrayList<>();
        for (int[] prompt : prompts()) {
            answers.add(read(engine.submit(job(prompt, tokens))));
        }
        return answers;
    }

    private static List<Answer> together(Engine engine, int tokens) throws InterruptedException {
        List<Generation> running = new ArrayList<>();
        for (int[] prompt : prompts()) {
            running.add(engine.submit(job(prompt, tokens)));
        }
        List<Answer> answers = new ArrayList<>();
        for (Generation generation : running) {
            answers.add(read(generation));
        }
        return answers;
    }

    @Test
    void deterministicAnswersAreTheSameAloneAndInABatchOfSixteen() throws Exception {
        try (CudaDouble cuda = CudaDouble.open();
                Engine engine = Engine.open(model, options(BackendChoice.CUDA).withDeterministic(true))) {
            List<Answer> alone = alone(engine, 4);
            List<Answer> together = together(engine, 4);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(together.get(i).tokens())
                        .as("answer %d", i)
                        .hasSize(4)
                        .isEqualTo(alone.get(i).tokens());
            }
        }
    }

    /** Otherwise they may differ only where the two most probable tokens are nearly as probable as each other. */
    @Test
    void answersInABatchDifferOnlyWhereTwoTokensAreNearlyEqual() throws Exception {
        try (CudaDouble cuda = CudaDouble.open();
                Engine engine = Engine.open(model, options(BackendChoice.CUDA))) {
            List<Answer> alone = alone(engine, 4);
            List<Answer> together = together(engine, 4);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(gapAtDifference(alone.get(i), together.get(i)))
                        .as("gap of answer %d", i)
                        .isLessThan(0.5f);
            }
        }
    }

    private static float gapAtDifference(Answer alone, Answer together) {
        for (int i = 0; i < alone.tokens().size(); i++) {
            if (!alone.tokens().get(i).equals(together.tokens().get(i))) {
                List<TokenProbability> top = alone.probabilities().get(i).top();
                return top.get(0).logprob() - top.get(1).logprob();
            }
        }
        return 0;
    }

    @Test
    void promptsShareTheirBeginning() throws Exception {
        try (CudaDouble cuda = CudaDouble.open();
                Engine engine = Engine.open(model, options(BackendChoice.CUDA).withDeterministic(true))) {
            int[] prompt = new Random(14).ints(60, 0, VOCABULARY).toArray();
            Answer first = read(engine.submit(job(prompt, 8)));
            Answer second = read(engine.submit(job(prompt, 8)));
            assertThat(first.usage().cachedTokens()).isZero();
            assertThat(second.usage().cachedTokens()).isEqualTo(48);
            assertThat(second.tokens()).isEqualTo(first.tokens());
        }
    }

    @Test
    void cancellingFreesThePages() throws Exception {
        try (CudaDouble cuda = CudaDouble.open();
                Engine engine = Engine.open(model, options(BackendChoice.CUDA))) {
            Generation generation = engine.submit(job(new int[] {1, 2, 3}, 200));
            assertThat(generation.next(LONG)).isInstanceOf(GenerationEvent.Piece.class);
            assertThat(engine.pagesInUse()).isPositive();
            generation.close();
            await(() -> engine.active() == 0 && engine.pagesInUse() == 0);
            assertThat(read(engine.submit(job(new int[] {1, 2, 3}, 4))).tokens())
                    .hasSize(4);
        }
    }

    @Test
    void embeddingsAreThoseOfTheCpu() throws Exception {
        EmbedJob job = new EmbedJob(List.of("aab", "aaaaabaacaad"), false, 0, "test");
        List<Embedding> expected;
        try (Engine cpu = Engine.open(model, options(BackendChoice.CPU))) {
            expected = cpu.embed(job);
        }
        try (CudaDouble cuda = CudaDouble.open();
                Engine engine = Engine.open(model, options(BackendChoice.CUDA))) {
            List<Embedding> actual = engine.embed(job);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(Differences.relativeError(
                                actual.get(i).normalized(), expected.get(i).normalized()))
                        .isLessThan(0.04);
            }
        }
    }

    @Test
    void closingFreesEverything() throws Exception {
        try (CudaDouble cuda = CudaDouble.open()) {
            Engine engine = Engine.open(model, options(BackendChoice.CUDA));
            together(engine, 3);
            // How many generate in a step depends on when they came; alone, the second of three steps records a graph.
            read(engine.submit(job(new int[] {5, 6, 7, 8}, 4)));
            assertThat(cuda.get("live_allocations")).isPositive();
            assertThat(cuda.get("live_graphs")).isPositive();
            engine.close();
            for (String kind :
                    List.of("allocations", "bytes", "pinned", "streams", "events", "graphs", "modules", "contexts")) {
                assertThat(cuda.get("live_" + kind)).as(kind).isZero();
            }
        }
    }

    @Test
    void aLostDeviceFailsWhatRunsAndTheModelContinuesOnTheCpu() throws Exception {
        int[] prompt = {5, 6, 7, 8};
        List<Integer> expected;
        try (Engine cpu = Engine.open(model, options(BackendChoice.CPU))) {
            expected = read(cpu.submit(job(prompt, 8))).tokens();
        }
        try (CudaDouble cuda = CudaDouble.open();
                Engine engine = Engine.open(model, options(BackendChoice.CUDA))) {
            Generation running = engine.submit(job(prompt, 200));
            Generation other = engine.submit(job(new int[] {1, 2}, 200));
            assertThat(running.next(LONG)).isInstanceOf(GenerationEvent.Piece.class);
            assertThat(engine.info().hardware().backend()).isEqualTo("cuda");
            cuda.set("lose_device", 100);
            assertThatThrownBy(() -> read(running))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("lost");
            assertThatThrownBy(() -> read(other)).isInstanceOf(DeviceLostException.class);
            assertThat(read(engine.submit(job(prompt, 8))).tokens()).isEqualTo(expected);
            assertThat(engine.info().hardware().backend()).isEqualTo("cpu");
            await(() -> engine.active() == 0);
        }
    }

    @Test
    void withoutMemoryTheCpuRunsTheModelUnlessTheGpuWasRequested() throws Exception {
        try (CudaDouble cuda = CudaDouble.open()) {
            for (int allocation : new int[] {1, 5, 20}) {
                cuda.set("fail_allocation", allocation);
                try (Engine engine = Engine.open(model, options(BackendChoice.AUTO))) {
                    assertThat(engine.info().hardware().backend()).isEqualTo("cpu");
                    assertThat(read(engine.submit(job(new int[] {1}, 2))).tokens())
                            .hasSize(2);
                }
                assertThat(cuda.get("live_bytes")).isZero();
                assertThat(cuda.get("live_contexts")).isZero();
            }
            cuda.set("fail_allocation", 3);
            assertThatThrownBy(() -> Engine.open(model, options(BackendChoice.CUDA)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("the backend cuda does not work here")
                    .hasMessageMatching("(?s).*cuMemAlloc of [\\d,]+ bytes for .*"
                            + "CUDA_ERROR_OUT_OF_MEMORY \\(2\\), at \\w+\\.java:\\d+.*");
            assertThat(cuda.get("live_bytes")).isZero();
        }
    }

    @Test
    void aSmallDeviceCutsTheContextOrRefusesTheModelWithTheArithmetic() {
        EngineOptions options = new EngineOptions(BackendChoice.CUDA, 1, 512, 1, 4);
        try (CudaDouble cuda = CudaDouble.open()) {
            cuda.set("memory", 1 << 20);
            assertThatThrownBy(() -> Engine.open(model, options))
                    .hasMessageContaining("the model does not fit: weights")
                    .hasMessageContaining("free on the GPU");
            assertThat(cuda.get("live_contexts")).isZero();
        }
    }

    @Test
    void withoutAUsableDeviceTheCpuRunsTheModel() {
        try (CudaDouble cuda = CudaDouble.open()) {
            cuda.set("devices", 0);
            assertRefused("the NVIDIA driver finds no GPU");
            cuda.set("devices", 1).set("driver_version", 11_040);
            assertRefused("the NVIDIA driver is too old for the kernels: it supports CUDA 11.4");
            cuda.set("driver_version", 12_060).set("compute_capability", 61);
            assertRefused("the kernels need 7.0 or newer");
        }
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> Engine.open(model, options(BackendChoice.CUDA)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(reason);
        try (Engine engine = Engine.open(model, options(BackendChoice.AUTO))) {
            assertThat(engine.info().hardware().backend()).isEqualTo("cpu");
        }
    }

    @Test
    void aDeviceThatDoesNotExistIsRefused() {
        try (CudaDouble cuda = CudaDouble.open()) {
            assertThatThrownBy(
                            () -> Engine.open(model, options(BackendChoice.CUDA).withCudaDevice(1)))
                    .hasMessageContaining("there is no GPU number 1; the driver finds 1");
        }
    }
}
