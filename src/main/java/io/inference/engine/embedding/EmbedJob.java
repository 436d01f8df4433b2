package io.inference.engine.embedding;

import io.inference.engine.GenerateJob;
import io.inference.engine.error.InvalidJobException;
import java.util.List;

/**
 * A request for the embeddings of texts.
 *
 * @param inputs the texts
 * @param truncate whether a text that is longer than the context is truncated instead of refused
 * @param priority 0 is the most urgent, {@link GenerateJob#LOWEST_PRIORITY} the least
 * @param caller for fairness among callers
 */
public record EmbedJob(List<String> inputs, boolean truncate, int priority, String caller) {
    /** @throws InvalidJobException if the priority is out of its range */
    public EmbedJob {
        inputs = List.copyOf(inputs);
        if (priority < 0 || priority > GenerateJob.LOWEST_PRIORITY) {
            throw new InvalidJobException(
                    "the priority is %d, not 0 to %d".formatted(priority, GenerateJob.LOWEST_PRIORITY));
        }
    }
}
