package io.inference.engine.embedding;

import io.inference.engine.GenerateJob;
import io.inference.engine.error.InvalidJobException;
import java.util.List;

/**
 * Texts to be embedded.
 *
 * @param inputs the texts
 * @param truncate whether a text that is longer than the context is cut, instead of refused
 * @param priority 0 is the most urgent, {@link GenerateJob#LOWEST_PRIORITY} the least
 * @param caller on whose behalf
 */
public record EmbedJob(List<String> inputs, boolean truncate, int priority, String caller) {
    /** @throws InvalidJobException where the priority is out of its range */
    public EmbedJob {
        inputs = List.copyOf(inputs);
        if (priority < 0 || priority > GenerateJob.LOWEST_PRIORITY) {
            throw new InvalidJobException(
                    "the priority is %d, not 0 to %d".formatted(priority, GenerateJob.LOWEST_PRIORITY));
        }
    }
}
