package io.inference.local;

import io.inference.api.backend.EngineReports;
import io.inference.engine.Engine;
import io.inference.engine.EngineInfo;
import java.util.Optional;

/** Reports of the local model's engine. */
final class LocalEngineReports implements EngineReports {
    private final LocalModels models;

    LocalEngineReports(LocalModels models) {
        this.models = models;
    }

    @Override
    public Optional<EngineReport> engine() {
        return models.model().map(model -> of(model.engine()));
    }

    private static EngineReport of(Engine engine) {
        EngineInfo.Hardware hardware = engine.info().hardware();
        boolean device = hardware.totalBytes() > 0;
        return new EngineReport(
                hardware.backend(),
                hardware.description(),
                device ? hardware.usedBytes() : null,
                device ? hardware.totalBytes() : null,
                engine.tokensPerSecond(),
                engine.generatedTokens(),
                engine.active(),
                engine.queued());
    }
}
