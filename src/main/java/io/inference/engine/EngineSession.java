package io.inference.engine;

import io.inference.engine.batch.Scheduler;
import io.inference.engine.batch.SchedulerOptions;
import io.inference.engine.error.DeviceLostException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.model.LoadedModel;
import java.time.Duration;
import java.util.function.Consumer;

/** A model on one backend, with its scheduler and the thread that runs it. */
final class EngineSession implements AutoCloseable {
    private static final Duration AGEING = Duration.ofSeconds(10);

    final LoadedModel loaded;
    final Scheduler scheduler;
    final EngineThread thread;
    final EngineInfo info;

    /** @param onLost called on the session's thread, which ends then, if the device of the model is lost */
    EngineSession(GgufFile file, LoadedModel loaded, EngineOptions options, Consumer<DeviceLostException> onLost) {
        this.loaded = loaded;
        this.info = EngineInfos.of(file, loaded);
        SchedulerOptions scheduling = new SchedulerOptions(
                options.maxBatch(),
                options.maxQueue(),
                loaded.maxPages(),
                loaded.promptTokens(),
                loaded.promptTokensBetween(),
                AGEING);
        this.scheduler = new Scheduler(loaded.model(), scheduling, System::nanoTime);
        this.thread = new EngineThread(scheduler, "engine", onLost);
    }

    /** Ends all work with {@link io.inference.engine.error.EngineClosedException} and frees the model's memory. */
    @Override
    public void close() {
        thread.close();
        loaded.close();
    }
}
