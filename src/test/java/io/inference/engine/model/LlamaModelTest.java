package io.inference.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.engine.TestModel;
import io.inference.engine.cpu.ScalarOps;
import io.inference.engine.cpu.VectorOps;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whole forward passes of the real model: one backend compared with the other, and one split into steps with another.
 */
class LlamaModelTest {
    private static final int TOKENS = 43;

    @Test
    void backendsAgreeOnPromptAndAnswer() {
        try (GgufFile file = GgufFile.open(TestModel.path())) {
            List<float[]> expected = logits(file, new ScalarOps(2), 40, 1, 1, 1);
            for (int threads = 1; threads <= 3; threads++) {
                assertSame(logits(file, new VectorOps(threads), 40, 1, 1, 1), expected);
            }
        }
    }

    @Test
    void aPromptInPartsIsTheSamePrompt() {
        try (GgufFile file = GgufFile.open(TestModel.path())) {
            float[] whole = logits(file, new VectorOps(2), TOKENS).getLast();
            assertSame(List.of(logits(file, new VectorOps(2), 17, 23, 3).getLast()), List.of(whole));
            int[] ones = IntStream.generate(() -> 1).limit(TOKENS).toArray();
            assertSame(List.of(logits(file, new VectorOps(2), ones).getLast()), List.of(whole));
        }
    }

    @Test
    void togetherIsAsAlone() {
        try (GgufFile file = GgufFile.open(TestModel.path());
                TensorOps ops = new VectorOps(2)) {
            LlamaModel model = new LlamaModel(file, ops, 64, 64);
            int sequences = 0;
            for (int batch = 2; batch <= 9; batch++) {
                List<float[]> alone = new ArrayList<>();
                List<Slice> slices = new ArrayList<>();
                for (int i = 0; i < batch; i++) {
                    int[] pages = pages(model, sequences++);
                    model.step(List.of(new Slice(tokens(model, i, 3 + i), 0, pages, new Slice.None())));
                    slices.add(new Slice(new int[] {100 + i}, 3 + i, pages, new Slice.Logits()));
                    alone.add(logits(model.step(List.of(slices.get(i))))
                            .getFirst()
                            .clone());
                }
                assertSame(logits(model.step(slices)), alone);
            }
        }
    }

    /** The logits after each of the steps into which the tokens are split. */
    private static List<float[]> logits(GgufFile file, TensorOps backend, int... lengths) {
        List<float[]> result = new ArrayList<>();
        try (TensorOps ops = backend) {
            LlamaModel model = new LlamaModel(file, ops, 64, 64);
            int[] pages = pages(model, 0);
            int[] tokens = tokens(model, 1, TOKENS);
            int at = 0;
            for (int length : lengths) {
                int[] part = Arrays.copyOfRange(tokens, at, at + length);
                result.add(logits(model.step(List.of(new Slice(part, at, pages, new Slice.Logits()))))
                        .getFirst()
                        .clone());
                at += length;
            }
        }
        return result;
    }

    private static int[] tokens(LlamaModel model, int seed, int count) {
        return new Random(seed).ints(count, 0, model.vocabularySize()).toArray();
    }

    private static List<float[]> logits(List<StepResult> results) {
        return results.stream().map(it -> ((StepResult.Floats) it).values()).toList();
    }

    /** The numbers of new pages for 64 positions of the model's next sequence. */
    private static int[] pages(LlamaModel model, int sequence) {
        int count = KvLayout.pagesFor(64);
        int[] numbers =
                IntStream.range(sequence * count, (sequence + 1) * count).toArray();
        Arrays.stream(numbers).forEach(model::allocatePage);
        return numbers;
    }

    /** To the last bit: quantised weights are multiplied in integers and no sum depends on the thread. */
    private static void assertSame(List<float[]> logits, List<float[]> expected) {
        assertThat(logits).hasSameSizeAs(expected);
        for (int i = 0; i < logits.size(); i++) {
            // Not containsExactly, which takes seconds for as many as a vocabulary has.
            assertThat(logits.get(i)).as("logits " + i).isEqualTo(expected.get(i));
        }
    }
}
