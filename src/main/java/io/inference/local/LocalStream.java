package io.inference.local;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.engine.Generation;
import io.inference.engine.GenerationEvent;
import io.inference.engine.TokenProbability;
import io.inference.engine.error.EngineException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A generation of the engine as a stream of one choice. */
final class LocalStream implements ChunkStream {
    private final Generation generation;
    private final Call call;
    private final boolean countsPrompt;
    private final Runnable stop;
    private boolean ended;

    /**
     * @param countsPrompt whether this choice's usage includes the prompt: of several choices for one prompt, only one
     *     does
     */
    LocalStream(Generation generation, Call call, boolean countsPrompt) {
        this.generation = generation;
        this.call = call;
        this.countsPrompt = countsPrompt;
        this.stop = generation::close;
        call.onCancel(stop);
    }

    @Override
    public StreamEvent next(Duration timeout) {
        if (ended) {
            return StreamEvent.END;
        }
        try {
            return switch (generation.next(timeout)) {
                case GenerationEvent.Piece piece ->
                    new Chunk(0, piece.text(), null, List.of(), logprobs(piece.tokens()), null, null);
                case GenerationEvent.Pending ignored -> {
                    call.throwIfCancelled();
                    yield StreamEvent.SILENCE;
                }
                case GenerationEvent.End end -> {
                    ended = true;
                    yield last(end);
                }
            };
        } catch (EngineException e) {
            // Cancelling closes the generation, which then fails with an error of its own; the call knows the reason.
            call.throwIfCancelled();
            throw LocalFailures.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException(ErrorCode.CANCELLED, "the request was interrupted", e);
        }
    }

    private Chunk last(GenerationEvent.End end) {
        FinishReason reason = switch (end.reason()) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case CANCELLED -> throw Call.cancellation(ErrorCode.CANCELLED);
        };
        var used = end.usage();
        Usage usage = countsPrompt
                ? new Usage(used.promptTokens(), used.completionTokens(), used.cachedTokens())
                : new Usage(0, used.completionTokens(), 0);
        return new Chunk(0, "", null, List.of(), List.of(), reason, usage);
    }

    private static List<TokenLogprob> logprobs(List<TokenProbability> tokens) {
        return tokens.stream().map(LocalStream::logprob).toList();
    }

    private static TokenLogprob logprob(TokenProbability token) {
        return new TokenLogprob(
                new String(token.bytes(), StandardCharsets.UTF_8),
                token.logprob(),
                token.bytes(),
                logprobs(token.top()));
    }

    @Override
    public void close() {
        generation.close();
        call.removeOnCancel(stop);
    }
}
