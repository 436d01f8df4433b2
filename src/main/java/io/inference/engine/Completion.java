package io.inference.engine;

import io.inference.engine.batch.SequenceOwner;
import io.inference.engine.model.StepResult;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.TokenLogprobs;
import io.inference.engine.tokenizer.TextAssembler;
import io.inference.engine.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The engine's side of a generation: converts sampled tokens into pieces of text. */
final class Completion implements SequenceOwner.OfTokens {
    private final GenerateJob job;
    private final Tokenizer tokenizer;
    private final Generation reader;
    private final TextAssembler assembler;
    private final int tokensMax;
    private final List<TokenProbability> unsent = new ArrayList<>(); // of tokens whose text is held back
    private final long submittedNanos = System.nanoTime();
    private long startedNanos;
    private long firstTokenNanos;
    private int cachedTokens;
    private int generated;

    /** @param tokensMax maximum number of tokens that the job and the context allow */
    Completion(GenerateJob job, int tokensMax, Tokenizer tokenizer, Generation reader) {
        this.job = job;
        this.tokensMax = tokensMax;
        this.tokenizer = tokenizer;
        this.reader = reader;
        this.assembler = new TextAssembler(job.stop());
    }

    @Override
    public boolean cancelled() {
        return reader.closed();
    }

    @Override
    public boolean ready() {
        return reader.hasRoom();
    }

    @Override
    public void started(int cachedTokens) {
        this.startedNanos = System.nanoTime();
        this.cachedTokens = cachedTokens;
    }

    @Override
    public SamplingOptions sampling() {
        return job.sampling();
    }

    @Override
    public int topLogprobs() {
        return job.topLogprobs();
    }

    @Override
    public boolean advance(StepResult.Token token) {
        if (generated == 0) {
            firstTokenNanos = System.nanoTime();
        }
        if (tokensMax == 0) {
            return end(FinishReason.LENGTH);
        }
        generated++;
        if (tokenizer.isEndOfGeneration(token.id())) {
            return end(FinishReason.STOP);
        }
        if (token.logprobs() != null) {
            unsent.add(probability(token.logprobs()));
        }
        send(assembler.accept(tokenizer.bytes(token.id())));
        if (assembler.stop().isPresent()) {
            return end(FinishReason.STOP);
        }
        return generated < tokensMax || end(FinishReason.LENGTH);
    }

    private void send(String text) {
        if (!text.isEmpty()) {
            reader.put(new GenerationEvent.Piece(text, List.copyOf(unsent)));
            unsent.clear();
        }
    }

    /** Ends the answer; false, because the sequence does not continue. */
    private boolean end(FinishReason reason) {
        boolean stopped = assembler.stop().isPresent();
        send(assembler.finish());
        if (!unsent.isEmpty() && !stopped) {
            reader.put(new GenerationEvent.Piece("", List.copyOf(unsent)));
        }
        long now = System.nanoTime();
        reader.end(new GenerationEvent.End(
                reason,
                new Usage(
                        job.prompt().length,
                        generated,
                        cachedTokens,
                        Duration.ofNanos(startedNanos - submittedNanos),
                        Duration.ofNanos(firstTokenNanos - startedNanos),
                        Duration.ofNanos(now - firstTokenNanos))));
        return false;
    }

    private TokenProbability probability(TokenLogprobs logprobs) {
        List<TokenProbability> top = logprobs.top().stream()
                .map(it -> new TokenProbability(it.token(), tokenizer.bytes(it.token()), it.logprob(), List.of()))
                .toList();
        return new TokenProbability(logprobs.token(), tokenizer.bytes(logprobs.token()), logprobs.logprob(), top);
    }

    @Override
    public void failed(RuntimeException cause) {
        reader.fail(cause);
    }
}
