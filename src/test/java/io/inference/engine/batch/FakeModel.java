package io.inference.engine.batch;

import io.inference.engine.model.Slice;
import io.inference.engine.model.StepModel;
import io.inference.engine.tensor.KvLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model whose next token is the sum of all tokens so far, modulo the vocabulary. It reads them from the pages, where
 * each step writes its own, so that a page that is lost, mixed up or wrongly shared changes the answer.
 */
final class FakeModel implements StepModel {
    static final int VOCABULARY = 97;

    final List<List<Slice>> steps = new ArrayList<>();
    Throwable failure;

    /** The model's answer to {@code tokens}. */
    static int next(List<Integer> tokens) {
        return tokens.stream().mapToInt(it -> it).sum() % VOCABULARY;
    }

    @Override
    public KvLayout kvLayout() {
        return new KvLayout(1, 1, 1);
    }

    @Override
    public int maxStepTokens() {
        return 64;
    }

    @Override
    public List<float[]> step(List<Slice> slices) {
        steps.add(slices);
        if (failure != null) {
            throw FakeModel.<RuntimeException>asUnchecked(failure);
        }
        return slices.stream().map(this::run).toList();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E asUnchecked(Throwable failure) throws E {
        throw (E) failure;
    }

    private float[] run(Slice slice) {
        int end = slice.position() + slice.tokens().length;
        for (int i = slice.position(); i < end; i++) {
            slice.pages().get(i / 16)[i % 16] = slice.tokens()[i - slice.position()];
        }
        int sum = 0;
        for (int i = 0; i < end; i++) {
            sum += (int) slice.pages().get(i / 16)[i % 16];
        }
        return switch (slice.output()) {
            case NONE -> new float[0];
            case HIDDEN -> new float[slice.tokens().length];
            case LOGITS -> {
                float[] logits = new float[VOCABULARY];
                logits[sum % VOCABULARY] = 1;
                yield logits;
            }
        };
    }

    /** Tokens of the last step, by slice. */
    List<Integer> lastLengths() {
        return steps.getLast().stream().map(it -> it.tokens().length).toList();
    }

    static int[] prompt(int length, int token) {
        int[] tokens = new int[length];
        Arrays.fill(tokens, token);
        return tokens;
    }
}
