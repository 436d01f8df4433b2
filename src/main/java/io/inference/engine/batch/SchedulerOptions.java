package io.inference.engine.batch;

import java.time.Duration;

/**
 * Limits of a scheduler.
 *
 * @param maxBatch sequences that run at once; one that waits for its reader is not counted
 * @param maxQueue sequences that may wait for their turn
 * @param maxPages pages of the key-value cache; a sequence of the whole context must fit
 * @param promptTokens tokens of prompts in a step without sequences that are generating
 * @param promptTokensBetween the same in a step with such sequences: it bounds the pause between their tokens
 * @param ageing a waiting sequence counts as one priority more urgent for each such time that it has waited
 */
public record SchedulerOptions(
        int maxBatch, int maxQueue, int maxPages, int promptTokens, int promptTokensBetween, Duration ageing) {}
