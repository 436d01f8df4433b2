package io.inference.local;

import io.inference.config.Settings;
import io.inference.local.store.StoreSettings;
import java.util.Optional;

/**
 * The settings of the local backend.
 *
 * @param engine {@code auto} continues without a model that cannot run, {@code cuda} and {@code cpu} do not, {@code
 *     off} runs none
 * @param model a name of the catalogue, or a GGUF file
 * @param store folder and download of models
 * @param contextLength maximum number of tokens of a sequence; empty: what the model allows
 * @param threads empty: one for each core
 * @param cudaDevice number of the GPU
 * @param deterministic whether a GPU computes each sequence in the same order whatever runs beside it
 * @param maxBatch sequences that run at once
 * @param maxQueue sequences that may wait for their turn
 */
record LocalSettings(
        String engine,
        String model,
        StoreSettings store,
        Optional<Integer> contextLength,
        Optional<Integer> threads,
        int cudaDevice,
        boolean deterministic,
        int maxBatch,
        int maxQueue) {
    static LocalSettings of(Settings settings) {
        return new LocalSettings(
                settings.text("local-engine"),
                settings.text("local-model"),
                StoreSettings.of(
                        settings.path("model-dir"),
                        settings.optionalText("hf-token").orElse(null)),
                settings.optionalWhole("local-context-length"),
                settings.optionalWhole("local-threads"),
                settings.whole("cuda-device"),
                settings.flag("local-deterministic"),
                settings.whole("local-max-batch"),
                settings.whole("max-queue"));
    }
}
