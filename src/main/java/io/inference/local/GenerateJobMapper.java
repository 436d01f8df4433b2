package io.inference.local;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Options;
import io.inference.engine.GenerateJob;
import io.inference.engine.sampling.SamplingOptions;
import org.jspecify.annotations.Nullable;

/** Converts a caller's options into the engine's. */
final class GenerateJobMapper {
    private static final float TEMPERATURE = 0.8f;
    private static final int TOP_K = 40;
    private static final float TOP_P = 0.95f;
    private static final float MIN_P = 0.05f;
    private static final int REPEAT_WINDOW = 64;

    private GenerateJobMapper() {}

    /**
     * @throws InferenceException if an option is out of its range, or the prompt is longer than the requested context
     */
    static GenerateJob job(LocalModel model, int[] prompt, Options options, long seed, int priority, String caller) {
        return new GenerateJob(
                prompt,
                maxTokens(model, prompt.length, options),
                sampling(options, seed),
                options.stop(),
                options.topLogprobs() == null ? GenerateJob.NO_LOGPROBS : options.topLogprobs(),
                priority,
                caller);
    }

    private static int maxTokens(LocalModel model, int promptTokens, Options options) {
        int most = options.maxTokens() == null ? GenerateJob.NO_LIMIT : options.maxTokens();
        Integer context = options.contextLength();
        if (context == null) {
            return most;
        }
        int available = model.engine().info().contextLength();
        if (context > available) {
            throw InferenceException.invalid(
                    "num_ctx", "the context of this model holds " + available + " tokens here");
        }
        if (promptTokens >= context) {
            throw new InferenceException(
                    ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                    "the prompt has " + promptTokens + " tokens, the context holds " + context);
        }
        int room = context - promptTokens;
        return most == GenerateJob.NO_LIMIT ? room : Math.min(most, room);
    }

    private static SamplingOptions sampling(Options options, long seed) {
        try {
            return new SamplingOptions(
                    orElse(options.temperature(), TEMPERATURE),
                    options.topK() == null ? TOP_K : options.topK(),
                    orElse(options.topP(), TOP_P),
                    orElse(options.minP(), MIN_P),
                    orElse(options.repeatPenalty(), 1),
                    orElse(options.presencePenalty(), 0),
                    orElse(options.frequencyPenalty(), 0),
                    REPEAT_WINDOW,
                    seed);
        } catch (IllegalArgumentException e) {
            throw new InferenceException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
        }
    }

    private static float orElse(@Nullable Double value, float standard) {
        return value == null ? standard : value.floatValue();
    }
}
