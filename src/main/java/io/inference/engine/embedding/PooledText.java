package io.inference.engine.embedding;

import io.inference.engine.batch.SequenceOwner;
import io.inference.engine.error.NotFiniteException;
import java.util.concurrent.CompletableFuture;

/** The engine's side of one embedding: pools hidden states as they arrive. */
public final class PooledText implements SequenceOwner.OfHiddenStates {
    private final Pooling pooling;
    private final int tokens;
    private final float[] pooled; // (width)
    private final CompletableFuture<Embedding> result = new CompletableFuture<>();
    private boolean first = true;

    public PooledText(Pooling pooling, int tokens, int width) {
        this.pooling = pooling;
        this.tokens = tokens;
        this.pooled = new float[width];
    }

    /** Completes with the embedding; cancelling it cancels the sequence. */
    public CompletableFuture<Embedding> result() {
        return result;
    }

    @Override
    public boolean cancelled() {
        return result.isCancelled();
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public void started(int cachedTokens) {}

    @Override
    public void hidden(float[] hidden, boolean last) {
        int width = pooled.length;
        switch (pooling) {
            case LAST -> System.arraycopy(hidden, hidden.length - width, pooled, 0, width);
            case FIRST -> {
                if (first) {
                    System.arraycopy(hidden, 0, pooled, 0, width);
                }
            }
            case MEAN -> {
                for (int i = 0; i < hidden.length; i++) {
                    pooled[i % width] += hidden[i] / tokens;
                }
            }
        }
        first = false;
        if (last) {
            complete();
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        result.completeExceptionally(cause);
    }

    private void complete() {
        for (float value : pooled) {
            if (!Float.isFinite(value)) {
                failed(new NotFiniteException());
                return;
            }
        }
        result.complete(new Embedding(pooled, tokens));
    }
}
