package io.inference.engine;

import io.inference.engine.error.InvalidJobException;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.SamplingState;
import java.util.List;

/**
 * A request for a generation.
 *
 * @param prompt the prompt's tokens, from {@link Engine#tokens} or {@link Engine#chatPrompt}
 * @param maxTokens maximum number of tokens to generate; {@link #NO_LIMIT} for as many as the context holds
 * @param sampling options for sampling tokens
 * @param stop texts that end the answer and are not part of it
 * @param topLogprobs number of most probable tokens to report at each position; {@link #NO_LOGPROBS} for no
 *     probabilities at all
 * @param priority 0 is the most urgent, {@link #LOWEST_PRIORITY} the least
 * @param caller the job's caller; callers of equal priority get their turns fairly
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record GenerateJob(
        int[] prompt,
        int maxTokens,
        SamplingOptions sampling,
        List<String> stop,
        int topLogprobs,
        int priority,
        String caller) {
    public static final int NO_LIMIT = -1;
    public static final int NO_LOGPROBS = SamplingState.NO_LOGPROBS;
    public static final int LOWEST_PRIORITY = 9;

    /** @throws InvalidJobException if a value is out of its range */
    public GenerateJob {
        stop = List.copyOf(stop);
        if (maxTokens < NO_LIMIT) {
            throw new InvalidJobException("the most tokens to generate is negative: " + maxTokens);
        }
        if (priority < 0 || priority > LOWEST_PRIORITY) {
            throw new InvalidJobException("the priority is %d, not 0 to %d".formatted(priority, LOWEST_PRIORITY));
        }
    }

    /** A job with default values for all other properties. */
    public static GenerateJob of(int[] prompt, int maxTokens, SamplingOptions sampling) {
        return new GenerateJob(prompt, maxTokens, sampling, List.of(), NO_LOGPROBS, 0, "");
    }
}
