package io.inference.engine.cuda;

import io.inference.engine.Engine;
import io.inference.engine.EngineOptions;
import io.inference.engine.EngineOptions.BackendChoice;
import io.inference.engine.GenerateJob;
import io.inference.engine.Generation;
import io.inference.engine.GenerationEvent;
import io.inference.engine.TokenProbability;
import io.inference.engine.cpu.VectorOps;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.model.LlamaModel;
import io.inference.engine.model.LoadedModel;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.model.Slice;
import io.inference.engine.model.StepModel;
import io.inference.engine.model.StepResult;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.SamplingState;
import io.inference.engine.tensor.KvLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Checks and measures a model on a GPU; {@code src/test/gpu/run.sh} runs it:
 *
 * <pre>
 * GpuCheck compare FILE                 logits against the CPU's, greedy answers alone and in a batch
 * GpuCheck bench FILE LABEL [SECONDS]   tokens per second, launches, time to first token
 * GpuCheck tiny FILE                    one prompt and a few answers, for NVIDIA's memory checker
 * </pre>
 *
 * A figure is a line {@code RESULT<tab>name<tab>value[<tab>bound]}. The exit status is 1 if a bound is broken.
 */
public final class GpuCheck {
    private static final int BATCH = 16;
    private static final int ANSWER = 24;

    /** Positions after the prompt for tokens that are generated. */
    private static final int DECODE_POSITIONS = 128;

    /** A benchmark of so few seconds is one of the double. */
    private static final int SECONDS_OF_THE_DOUBLE = 3;

    /** Root mean square of the difference of logits, in relation to that of the logits; see {@link CudaModelTest}. */
    private static final double LOGITS_BOUND = 0.05;

    /** Two log probabilities that are nearer than this may change places if the order of sums changes. */
    private static final double GAP_BOUND = 0.1;

    private static boolean failed;

    private GpuCheck() {}

    public static void main(String[] args) throws InterruptedException {
        Path file = Path.of(args[1]);
        switch (args[0]) {
            case "compare" -> compare(file);
            case "bench" -> bench(file, args[2], args.length > 3 ? Integer.parseInt(args[3]) : 20);
            case "tiny" -> tiny(file);
            default -> throw new IllegalArgumentException("compare, bench or tiny");
        }
        System.exit(failed ? 1 : 0);
    }

    private static void compare(Path path) throws InterruptedException {
        try (GgufFile file = GgufFile.open(path);
                VectorOps ops = new VectorOps(Runtime.getRuntime().availableProcessors())) {
            ModelConfig config = ModelConfig.of(file.metadata());
            LlamaModel cpu = new LlamaModel(file, ops, 512, 512);
            IntStream.range(0, 3 * Sequences.pages(512)).forEach(cpu::allocatePage);
            for (boolean deterministic : new boolean[] {false, true}) {
                try (LoadedModel cuda =
                        CudaBackend.open(file, config, new CudaBackend.Options(0, 512, 3, 8, deterministic, true))) {
                    System.out.println(cuda.hardware().description());
                    compareLogits(cpu, cuda.model(), cuda.vocabularySize(), deterministic ? " deterministic" : "");
                }
            }
        }
        greedy(path, true);
        greedy(path, false);
    }

    /** A long prompt, a short one, then steps with both and a third sequence. */
    private static void compareLogits(StepModel cpu, StepModel cuda, int vocabulary, String mode) {
        int[] tokens = new Random(1).ints(512, 0, vocabulary).toArray();
        difference("logits of a prompt of 200" + mode, cpu, cuda, List.of(slice(tokens, 0, 0, 200)));
        difference("logits of a prompt of 7" + mode, cpu, cuda, List.of(slice(tokens, 1, 0, 7)));
        difference("logits of a prompt of 1" + mode, cpu, cuda, List.of(slice(tokens, 2, 0, 1)));
        difference(
                "logits of a mixed step" + mode,
                cpu,
                cuda,
                List.of(slice(tokens, 0, 200, 1), slice(tokens, 1, 7, 1), slice(tokens, 2, 1, 90)));
        difference(
                "logits of a step of three answers" + mode,
                cpu,
                cuda,
                List.of(slice(tokens, 0, 201, 1), slice(tokens, 1, 8, 1), slice(tokens, 2, 91, 1)));
    }

    private static Slice slice(int[] tokens, int sequence, int from, int count) {
        int pages = Sequences.pages(512);
        int[] numbers =
                IntStream.range(sequence * pages, (sequence + 1) * pages).toArray();
        return new Slice(Arrays.copyOfRange(tokens, from, from + count), from, numbers, new Slice.Logits());
    }

    private static void difference(String name, StepModel cpu, StepModel cuda, List<Slice> slices) {
        List<StepResult> expected = cpu.step(slices);
        List<StepResult> actual = cuda.step(slices);
        double worst = 0;
        for (int i = 0; i < slices.size(); i++) {
            double error =
                    Differences.relativeError(Differences.floats(actual.get(i)), Differences.floats(expected.get(i)));
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        result(name, worst, LOGITS_BOUND);
    }

    /** The same answers alone and in a batch: exactly, or up to where two tokens are nearly as probable. */
    private static void greedy(Path path, boolean deterministic) throws InterruptedException {
        EngineOptions options =
                new EngineOptions(BackendChoice.CUDA, 0, 512, BATCH, 64).withDeterministic(deterministic);
        try (Engine engine = Engine.open(path, options)) {
            Random random = new Random(2);
            List<int[]> prompts = IntStream.range(0, BATCH)
                    .mapToObj(i -> random.ints(5 + 7 * i, 0, engine.info().vocabularySize())
                            .toArray())
                    .toList();
            List<List<TokenProbability>> alone = new ArrayList<>();
            for (int[] prompt : prompts) {
                alone.add(read(engine.submit(job(prompt))));
            }
            List<Generation> running =
                    prompts.stream().map(prompt -> engine.submit(job(prompt))).toList();
            int different = 0;
            double widest = 0;
            for (int i = 0; i < BATCH; i++) {
                double gap = gapAtDifference(alone.get(i), read(running.get(i)));
                different += gap >= 0 ? 1 : 0;
                widest = Math.max(widest, gap);
            }
            if (deterministic) {
                result("answers that differ in a batch, deterministic", different, 0);
            } else {
                result("answers that differ in a batch", different, BATCH);
                result("widest gap of log probabilities where they differ", widest, GAP_BOUND);
            }
        }
    }

    /** The distance of the two most probable tokens where the answers part; -1 if they are the same. */
    private static double gapAtDifference(List<TokenProbability> alone, List<TokenProbability> together) {
        for (int i = 0; i < Math.min(alone.size(), together.size()); i++) {
            if (alone.get(i).token() != together.get(i).token()) {
                List<TokenProbability> top = alone.get(i).top();
                return top.get(0).logprob() - top.get(1).logprob();
            }
        }
        return alone.size() == together.size() ? -1 : Double.POSITIVE_INFINITY;
    }

    private static GenerateJob job(int[] prompt) {
        return new GenerateJob(prompt, ANSWER, SamplingOptions.greedy(), List.of(), 2, 0, "check");
    }

    private static List<TokenProbability> read(Generation generation) throws InterruptedException {
        List<TokenProbability> tokens = new ArrayList<>();
        try (generation) {
            while (true) {
                switch (generation.next(Duration.ofSeconds(60))) {
                    case GenerationEvent.Piece piece -> tokens.addAll(piece.tokens());
                    case GenerationEvent.Pending pending -> throw new IllegalStateException("no token in 60 s");
                    case GenerationEvent.End end -> {
                        return tokens;
                    }
                }
            }
        }
    }

    /**
     * How much is measured: all that is of interest on a GPU, or as little as the double can do.
     *
     * @param batches numbers of sequences that generate together
     * @param context tokens before those that they generate
     * @param prompts lengths of prompts
     * @param others answers beside which the first token is awaited
     */
    private record Extent(List<Integer> batches, int context, List<Integer> prompts, int others) {
        static final Extent WHOLE = new Extent(List.of(1, 8, 32, 128), 256, List.of(512, 4096), BATCH);
        static final Extent SMALL = new Extent(List.of(1, 8), 16, List.of(64, 128), 2);

        int longest() {
            return prompts.getLast();
        }
    }

    private static void bench(Path path, String label, int seconds) throws InterruptedException {
        Extent extent = seconds <= SECONDS_OF_THE_DOUBLE ? Extent.SMALL : Extent.WHOLE;
        Duration each = Duration.ofMillis(seconds * 1000L / 8);
        try (GgufFile file = GgufFile.open(path);
                LoadedModel loaded = CudaBackend.open(
                        file,
                        ModelConfig.of(file.metadata()),
                        new CudaBackend.Options(
                                0,
                                extent.longest() + DECODE_POSITIONS,
                                extent.batches().getLast(),
                                extent.batches().getLast(),
                                false,
                                true))) {
            Sequences sequences = new Sequences(loaded);
            for (int batch : extent.batches()) {
                sequences.decode(label, batch, extent.context(), each);
            }
            for (int length : extent.prompts()) {
                sequences.prefill(label, length, each);
            }
        }
        firstToken(path, label, extent, each);
    }

    /** The time from a prompt to its first token, while other answers are generated. */
    private static void firstToken(Path path, String label, Extent extent, Duration limit) throws InterruptedException {
        int context = extent.longest() + DECODE_POSITIONS;
        int length = extent.prompts().getFirst();
        try (Engine engine = Engine.open(path, new EngineOptions(BackendChoice.CUDA, 0, context, 32, 64))) {
            Random random = new Random(3);
            List<Generation> others = new ArrayList<>();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < extent.others(); i++) {
                Generation other = engine.submit(GenerateJob.of(
                        random.ints(16, 0, engine.info().vocabularySize()).toArray(),
                        GenerateJob.NO_LIMIT,
                        SamplingOptions.greedy()));
                others.add(other);
                readers.add(Thread.startVirtualThread(() -> drain(other)));
            }
            List<Double> millis = new ArrayList<>();
            long end = System.nanoTime() + limit.toNanos();
            while (millis.isEmpty() || System.nanoTime() < end && millis.size() < 20) {
                int[] prompt =
                        random.ints(length, 0, engine.info().vocabularySize()).toArray();
                long start = System.nanoTime();
                try (Generation generation = engine.submit(GenerateJob.of(prompt, 4, SamplingOptions.greedy()))) {
                    while (generation.next(Duration.ofSeconds(30)) instanceof GenerationEvent.Pending) {
                        // waits for the first piece
                    }
                }
                millis.add((System.nanoTime() - start) / 1e6);
            }
            result(
                    "%s ms to first token of %d beside %d".formatted(label, length, extent.others()),
                    millis.stream().sorted().toList().get(millis.size() / 2));
            others.forEach(Generation::close);
            for (Thread reader : readers) {
                reader.join();
            }
        }
    }

    private static void drain(Generation generation) {
        try {
            while (!(generation.next(Duration.ofSeconds(30)) instanceof GenerationEvent.End)) {
                // only makes room for more
            }
        } catch (InterruptedException | RuntimeException e) {
            // the generation was closed
        }
    }

    private static void tiny(Path path) throws InterruptedException {
        try (Engine engine = Engine.open(path, new EngineOptions(BackendChoice.CUDA, 0, 256, 4, 8))) {
            Random random = new Random(4);
            List<Generation> running = new ArrayList<>();
            for (int length : new int[] {100, 7, 1}) {
                int[] prompt =
                        random.ints(length, 0, engine.info().vocabularySize()).toArray();
                SamplingOptions options = new SamplingOptions(0.8f, 40, 0.95f, 0.05f, 1.1f, 0, 0, 64, length);
                running.add(engine.submit(new GenerateJob(prompt, 6, options, List.of(), 3, 0, "check")));
            }
            for (Generation generation : running) {
                result("tokens", read(generation).size());
            }
        }
    }

    private static void result(String name, double value) {
        System.out.printf(Locale.ROOT, "RESULT\t%s\t%.4f%n", name, value);
    }

    private static void result(String name, double value, double bound) {
        System.out.printf(Locale.ROOT, "RESULT\t%s\t%.6f\t%s%n", name, value, bound);
        failed |= !(value <= bound);
    }

    /** Sequences for measurements, which take their pages from the front. */
    private record Sequences(LoadedModel loaded) {
        private static final SamplingOptions GREEDY = SamplingOptions.greedy();

        static int pages(int positions) {
            return KvLayout.pagesFor(positions);
        }

        /** Steps in which each of {@code batch} sequences generates a token after {@code context} others or more. */
        void decode(String label, int batch, int context, Duration limit) {
            StepModel model = loaded.model();
            int positions = context + DECODE_POSITIONS;
            if (batch * pages(positions) > loaded.maxPages()) {
                System.out.println("no memory for " + batch + " sequences");
                return;
            }
            int[] last = new int[batch];
            int[] prompt =
                    new Random(5).ints(context, 0, loaded.vocabularySize()).toArray();
            for (int i = 0; i < batch; i++) {
                model.step(List.of(new Slice(prompt, 0, pages(i, positions), new Slice.None())));
            }
            for (int i = 0; i < 4; i++) {
                step(last, context + i, positions);
            }
            long launches = ((CudaModel) model).launches();
            long start = System.nanoTime();
            int steps = 0;
            while (steps < 4 || System.nanoTime() - start < limit.toNanos()) {
                step(
                        last,
                        context + 4 + steps % (DECODE_POSITIONS - 4),
                        positions); // the same positions after 124 steps
                steps++;
            }
            double elapsed = (System.nanoTime() - start) / 1e9;
            result("%s decode tokens/s, batch %d".formatted(label, batch), batch * steps / elapsed);
            result(
                    "%s launches for each step, batch %d".formatted(label, batch),
                    (double) (((CudaModel) model).launches() - launches) / steps);
        }

        private void step(int[] last, int position, int positions) {
            List<Slice> slices = new ArrayList<>();
            for (int i = 0; i < last.length; i++) {
                SamplingState state = new SamplingState(GREEDY, new int[0], 0, position, SamplingState.NO_LOGPROBS);
                slices.add(new Slice(new int[] {last[i]}, position, pages(i, positions), new Slice.NextToken(state)));
            }
            List<StepResult> results = loaded.model().step(slices);
            for (int i = 0; i < last.length; i++) {
                last[i] = results.get(i) instanceof StepResult.Token token ? token.id() : 0;
            }
        }

        private int[] pages(int sequence, int positions) {
            int count = pages(positions);
            return IntStream.range(sequence * count, (sequence + 1) * count).toArray();
        }

        /** A whole prompt, in steps of as many tokens as the engine takes. */
        void prefill(String label, int length, Duration limit) {
            int[] prompt =
                    new Random(6).ints(length, 0, loaded.vocabularySize()).toArray();
            prefill(prompt);
            long start = System.nanoTime();
            int rounds = 0;
            while (rounds < 1 || System.nanoTime() - start < limit.toNanos()) {
                prefill(prompt);
                rounds++;
            }
            double elapsed = (System.nanoTime() - start) / 1e9;
            result("%s prefill tokens/s, %d".formatted(label, length), rounds * length / elapsed);
        }

        private void prefill(int[] prompt) {
            for (int at = 0; at < prompt.length; at += loaded.promptTokens()) {
                int to = Math.min(prompt.length, at + loaded.promptTokens());
                Slice.Output output = to < prompt.length
                        ? new Slice.None()
                        : new Slice.NextToken(new SamplingState(GREEDY, new int[0], 0, 0, SamplingState.NO_LOGPROBS));
                loaded.model()
                        .step(List.of(
                                new Slice(Arrays.copyOfRange(prompt, at, to), at, pages(0, prompt.length), output)));
            }
        }
    }
}
