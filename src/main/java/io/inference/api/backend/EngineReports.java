package io.inference.api.backend;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports of the engine that runs a model in this process. */
public interface EngineReports {
    /**
     * State of the engine.
     *
     * @param backend where the model runs: {@code cuda}, {@code cpu} or {@code scalar}
     * @param device the hardware, for people
     * @param memoryUsedBytes device memory that the model takes; null on the CPU
     * @param memoryTotalBytes memory of the device; null on the CPU
     * @param tokensPerSecond tokens per second while the model worked recently, of all answers together
     * @param generatedTokens tokens generated since the model was loaded there
     * @param active answers in progress
     * @param queued answers that wait for their turn
     */
    record EngineReport(
            String backend,
            String device,
            @Nullable Long memoryUsedBytes,
            @Nullable Long memoryTotalBytes,
            double tokensPerSecond,
            long generatedTokens,
            int active,
            int queued) {}

    /** The engine's state; empty if no model is loaded. */
    Optional<EngineReport> engine();
}
