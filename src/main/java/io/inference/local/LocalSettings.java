package io.inference.local;

import io.inference.local.store.StoreSettings;
import java.util.Optional;

/**
 * What the local backend is told.
 *
 * @param engine {@code auto} goes on without a model that cannot be had, {@code cpu} does not, {@code off} runs none
 * @param model a name of the catalogue, or a GGUF file
 * @param store where models are kept and how they are fetched
 * @param contextLength most tokens of a sequence; empty: what the model allows
 * @param threads empty: one a core
 * @param maxBatch sequences that run at once
 * @param maxQueue sequences that may wait for their turn
 */
public record LocalSettings(
        String engine,
        String model,
        StoreSettings store,
        Optional<Integer> contextLength,
        Optional<Integer> threads,
        int maxBatch,
        int maxQueue) {}
