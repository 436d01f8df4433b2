package io.inference.engine.batch;

/** Counts the hidden states of its prompt. */
final class FakeReader implements SequenceOwner.OfHiddenStates {
    boolean done;
    int hiddenTokens;

    @Override
    public boolean cancelled() {
        return false;
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public void started(int cachedTokens) {}

    @Override
    public void hidden(float[] hidden, boolean last) {
        hiddenTokens += hidden.length;
        done = last;
    }

    @Override
    public void failed(RuntimeException cause) {
        throw cause;
    }
}
