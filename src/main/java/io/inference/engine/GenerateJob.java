package io.inference.engine;

import io.inference.engine.error.InvalidJobException;
import io.inference.engine.sampling.SamplingOptions;
import java.util.List;

/**
 * A generation to be done.
 *
 * @param prompt the prompt's tokens, from {@link Engine#tokens} or {@link Engine#chatPrompt}
 * @param maxTokens the most tokens to generate; {@link #NO_LIMIT} for as many as the context holds
 * @param sampling how tokens are drawn
 * @param stop texts that end the answer and are no part of it
 * @param topLogprobs how many of the most probable tokens to report in each place; {@link #NO_LOGPROBS} for no
 *     probabilities at all
 * @param priority 0 is the most urgent, {@link #LOWEST_PRIORITY} the least
 * @param caller on whose behalf; among callers of equal priority turns are taken fairly
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
    public static final int NO_LOGPROBS = -1;
    public static final int LOWEST_PRIORITY = 9;

    /** @throws InvalidJobException where a value is out of its range */
    public GenerateJob {
        stop = List.copyOf(stop);
        if (maxTokens < NO_LIMIT) {
            throw new InvalidJobException("the most tokens to generate is negative: " + maxTokens);
        }
        if (priority < 0 || priority > LOWEST_PRIORITY) {
            throw new InvalidJobException("the priority is %d, not 0 to %d".formatted(priority, LOWEST_PRIORITY));
        }
    }

    /** A job with the defaults of everything that has one. */
    public static GenerateJob of(int[] prompt, int maxTokens, SamplingOptions sampling) {
        return new GenerateJob(prompt, maxTokens, sampling, List.of(), NO_LOGPROBS, 0, "");
    }
}
