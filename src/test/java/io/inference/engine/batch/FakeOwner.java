package io.inference.engine.batch;

import io.inference.engine.model.StepResult;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.SamplingState;
import java.util.ArrayList;
import java.util.List;

/** Takes tokens until it has enough. */
final class FakeOwner implements SequenceOwner.OfTokens {
    final int[] prompt;
    private final int wanted;
    final List<Integer> tokens = new ArrayList<>();
    boolean cancelled;
    boolean ready = true;
    boolean done;
    int cachedTokens = -1;
    RuntimeException failure;

    FakeOwner(int[] prompt, int wanted) {
        this.prompt = prompt;
        this.wanted = wanted;
    }

    /** The tokens that a sequence on its own would have. */
    List<Integer> expected() {
        List<Integer> all = new ArrayList<>();
        for (int token : prompt) {
            all.add(token);
        }
        for (int i = 0; i < wanted; i++) {
            all.add(FakeModel.next(all));
        }
        return all.subList(prompt.length, all.size());
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public void started(int cachedTokens) {
        this.cachedTokens = cachedTokens;
    }

    @Override
    public SamplingOptions sampling() {
        return SamplingOptions.greedy();
    }

    @Override
    public int topLogprobs() {
        return SamplingState.NO_LOGPROBS;
    }

    @Override
    public boolean advance(StepResult.Token token) {
        tokens.add(token.id());
        done = tokens.size() == wanted;
        return !done;
    }

    @Override
    public void failed(RuntimeException cause) {
        failure = cause;
    }
}
