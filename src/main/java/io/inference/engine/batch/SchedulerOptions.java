package io.inference.engine.batch;

import java.time.Duration;

/**
 * The limits that a scheduler keeps to.
 *
 * @param maxBatch sequences that run at once; one that waits for its reader is not counted
 * @param maxQueue sequences that may wait for their turn
 * @param maxPages pages of the key-value cache; a sequence of the whole context must fit
 * @param promptTokens tokens of prompts in a step in which nobody waits for the next token of an answer
 * @param promptTokensBetween the same in a step in which somebody does: it bounds how long that takes
 * @param ageing a waiting sequence counts as one priority more urgent for each such time that it has waited
 */
public record SchedulerOptions(
        int maxBatch, int maxQueue, int maxPages, int promptTokens, int promptTokensBetween, Duration ageing) {}
