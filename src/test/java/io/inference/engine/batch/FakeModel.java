package io.inference.engine.batch;

import io.inference.engine.model.Slice;
import io.inference.engine.model.StepModel;
import io.inference.engine.model.StepResult;
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
    private final List<int[]> pages = new ArrayList<>(); // by number
    Throwable failure;
    boolean finite = true;

    /** The model's answer to {@code tokens}. */
    static int next(List<Integer> tokens) {
        return tokens.stream().mapToInt(it -> it).sum() % VOCABULARY;
    }

    @Override
    public void allocatePage(int page) {
        pages.add(page, new int[KvLayout.PAGE_TOKENS]);
    }

    @Override
    public int maxStepTokens() {
        return 64;
    }

    @Override
    public List<StepResult> step(List<Slice> slices) {
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

    private StepResult run(Slice slice) {
        int end = slice.position() + slice.tokens().length;
        for (int i = slice.position(); i < end; i++) {
            pages.get(slice.pages()[i / 16])[i % 16] = slice.tokens()[i - slice.position()];
        }
        int sum = 0;
        for (int i = 0; i < end; i++) {
            sum += pages.get(slice.pages()[i / 16])[i % 16];
        }
        return switch (slice.output()) {
            case Slice.None none -> new StepResult.Nothing();
            case Slice.Hidden hidden -> new StepResult.Floats(new float[slice.tokens().length]);
            case Slice.NextToken next when !finite -> new StepResult.NotFinite();
            case Slice.NextToken next -> new StepResult.Token(sum % VOCABULARY, null);
            case Slice.Logits logits -> throw new AssertionError("the scheduler requests no logits");
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
