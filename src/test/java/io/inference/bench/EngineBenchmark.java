package io.inference.bench;

import io.inference.engine.TestModel;
import io.inference.engine.cpu.ScalarOps;
import io.inference.engine.cpu.VectorOps;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.model.LlamaModel;
import io.inference.engine.model.Slice;
import io.inference.engine.model.StepResult;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Tokens per second of the model alone: a prompt of 512, 128 tokens of an answer, and 8 answers in one batch. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class EngineBenchmark {
    private static final int PROMPT = 512;
    private static final int ANSWER = 128;
    private static final int CHUNK = 128;
    private static final int BATCH = 8;

    @Param("cpu")
    public String backend = "cpu";

    @Param("1")
    public int threads = 1;

    private GgufFile file;
    private TensorOps ops;
    private LlamaModel model;
    private int[] tokens;
    private final List<int[]> pages = new ArrayList<>();

    @Setup
    public void open() {
        file = GgufFile.open(TestModel.path());
        ops = backend.equals("cpu") ? new VectorOps(threads) : new ScalarOps(threads);
        model = new LlamaModel(file, ops, 2 * PROMPT, CHUNK);
        tokens = new Random(1).ints(PROMPT, 0, model.vocabularySize()).toArray();
        for (int i = 0; i < BATCH; i++) {
            int count = KvLayout.pagesFor(PROMPT);
            pages.add(IntStream.range(i * count, (i + 1) * count).toArray());
            Arrays.stream(pages.get(i)).forEach(model::allocatePage);
        }
    }

    @TearDown
    public void close() {
        ops.close();
        file.close();
    }

    @Benchmark
    @OperationsPerInvocation(PROMPT)
    public List<StepResult> prefill512() {
        List<StepResult> logits = List.of();
        for (int at = 0; at < PROMPT; at += CHUNK) {
            Slice.Output output = at + CHUNK == PROMPT ? new Slice.Logits() : new Slice.None();
            int[] chunk = Arrays.copyOfRange(tokens, at, at + CHUNK);
            logits = model.step(List.of(new Slice(chunk, at, pages.getFirst(), output)));
        }
        return logits;
    }

    @Benchmark
    @OperationsPerInvocation(ANSWER)
    public List<StepResult> decode128() {
        return decode(1);
    }

    @Benchmark
    @OperationsPerInvocation(ANSWER * BATCH)
    public List<StepResult> decode128BatchOf8() {
        return decode(BATCH);
    }

    private List<StepResult> decode(int batch) {
        List<StepResult> logits = List.of();
        for (int position = 0; position < ANSWER; position++) {
            List<Slice> slices = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                slices.add(new Slice(new int[] {tokens[position + i]}, position, pages.get(i), new Slice.Logits()));
            }
            logits = model.step(slices);
        }
        return logits;
    }
}
