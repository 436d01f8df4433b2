package io.inference.local;

import io.inference.engine.Engine;
import io.inference.engine.GenerateJob;
import io.inference.engine.Generation;
import io.inference.engine.GenerationEvent;
import io.inference.engine.TokenProbability;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.NotFiniteException;
import io.inference.engine.sampling.SamplingOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Generates a first answer before a caller waits for one: the JVM compiles the kernels, since interpreted vector code
 * is very slow, and a model that cannot answer is found out.
 */
final class WarmUp {
    private static final int REPEATS = 16;
    private static final int TOKENS = 24;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private WarmUp() {}

    /** @throws EngineException if the model does not answer, or its results are not numbers */
    static void run(Engine engine) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        try (Generation generation = engine.submit(job(engine))) {
            GenerationEvent event;
            do {
                event = generation.next(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
                if (event instanceof GenerationEvent.Piece piece) {
                    requireNumbers(piece.tokens());
                }
            } while (event instanceof GenerationEvent.Piece);
        }
    }

    private static GenerateJob job(Engine engine) {
        int[] words = engine.tokens("one two three four ".repeat(REPEATS));
        int most = Math.max(1, engine.info().contextLength() - TOKENS);
        int[] prompt = words.length == 0 ? new int[1] : Arrays.copyOf(words, Math.min(words.length, most));
        return new GenerateJob(prompt, TOKENS, SamplingOptions.greedy(), List.of(), 0, 0, "");
    }

    private static void requireNumbers(List<TokenProbability> tokens) {
        for (TokenProbability token : tokens) {
            if (!Float.isFinite(token.logprob())) {
                throw new NotFiniteException();
            }
        }
    }
}
