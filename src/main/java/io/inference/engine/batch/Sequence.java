package io.inference.engine.batch;

import static io.inference.engine.tensor.KvLayout.PAGE_TOKENS;

import io.inference.engine.error.NotFiniteException;
import io.inference.engine.model.Slice;
import io.inference.engine.model.StepResult;
import io.inference.engine.sampling.SamplingState;
import io.inference.engine.tensor.KvLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A sequence and its progress: {@code computed} of its {@code count} tokens are in its pages. */
final class Sequence {
    final SequenceRequest request;
    final long enqueuedNanos;
    private int[] tokens;
    private int count;
    private int computed;
    private final List<Page> pages = new ArrayList<>();
    private boolean started;
    long admittedNanos;

    Sequence(SequenceRequest request, long enqueuedNanos) {
        this.request = request;
        this.enqueuedNanos = enqueuedNanos;
        this.tokens = request.prompt();
        this.count = tokens.length;
    }

    SequenceOwner owner() {
        return request.owner();
    }

    /** Tokens that have to go through the model before there is a result. */
    int pending() {
        return count - computed;
    }

    /** Whether the sequence is generating: only one token has not gone through the model. */
    boolean decoding() {
        return pending() == 1 && computed > 0;
    }

    int count() {
        return count;
    }

    int pagesHeld() {
        return pages.size();
    }

    /** Whether it has ever had its turn. */
    boolean started() {
        return started;
    }

    /** Takes the cached pages of the beginning; the last token always goes through the model, for its result. */
    void start(PagePool pool) {
        if (!request.hidden()) {
            pages.addAll(pool.match(tokens, count - 1));
            computed = pages.size() * PAGE_TOKENS;
        }
        if (!started) {
            started = true;
            owner().started(computed);
        }
    }

    /** Takes pages for the next {@code tokens} tokens; false if there are not enough. */
    boolean reserve(int tokens, PagePool pool) {
        while (pages.size() < KvLayout.pagesFor(computed + tokens)) {
            Page page = pool.take();
            if (page == null) {
                return false;
            }
            pages.add(page);
        }
        return true;
    }

    /** The next {@code length} tokens as a slice. */
    Slice slice(int length) {
        int[] numbers = pages.stream().mapToInt(page -> page.number).toArray();
        return new Slice(Arrays.copyOfRange(tokens, computed, computed + length), computed, numbers, output(length));
    }

    private Slice.Output output(int length) {
        return switch (owner()) {
            case SequenceOwner.OfHiddenStates owner -> new Slice.Hidden();
            case SequenceOwner.OfTokens owner
            when length == pending() ->
                new Slice.NextToken(new SamplingState(
                        owner.sampling(), tokens, count, count - request.prompt().length, owner.topLogprobs()));
            case SequenceOwner.OfTokens owner -> new Slice.None();
        };
    }

    /** Records that the slice went through the model: its full pages can be found from now on. */
    void computed(int length, PagePool pool) {
        int before = computed / PAGE_TOKENS;
        computed += length;
        for (int i = before; i < computed / PAGE_TOKENS && !request.hidden(); i++) {
            pool.publish(pages.get(i), i == 0 ? 0 : pages.get(i - 1).id, tokens, i * PAGE_TOKENS);
        }
    }

    void append(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, count + Math.max(64, count / 2));
        }
        tokens[count++] = token;
    }

    /** Returns the pages; their contents have to be computed again unless they are still cached. */
    void release(PagePool pool) {
        pool.release(pages);
        pages.clear();
        computed = 0;
    }

    /**
     * Hands a step's result to the owner; returns whether the sequence continues.
     *
     * @throws NotFiniteException if the model could not sample a token
     */
    boolean deliver(StepResult result) {
        return switch (owner()) {
            case SequenceOwner.OfHiddenStates owner -> {
                owner.hidden(((StepResult.Floats) result).values(), pending() == 0);
                yield pending() > 0;
            }
            case SequenceOwner.OfTokens owner -> pending() > 0 || continuesWith(owner, result);
        };
    }

    private boolean continuesWith(SequenceOwner.OfTokens owner, StepResult result) {
        if (!(result instanceof StepResult.Token token)) {
            throw new NotFiniteException();
        }
        append(token.id());
        return owner.advance(token);
    }
}
