package io.inference.local;

import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the service if it cannot run the model that an operator named an engine for: by failing the start if that is known before the
 * listeners open, else by telling {@code end}, since a download can take longer than anybody should wait for the listeners.
 */
final class RequiredModel implements SmartLifecycle {
    private final LocalModels models;
    private final Consumer<LocalModelException> end;
    private volatile boolean running;

    /** @param end reports the failure and ends the process */
    public RequiredModel(LocalModels models, Consumer<LocalModelException> end) {
        this.models = models;
        this.end = end;
    }

    @Override
    public void start() {
        if (!models.required()) {
            return;
        }
        Optional<LocalModelException> known = models.failure();
        if (known.isPresent()) {
            throw known.get();
        }
        running = true;
        models.whenDone(() -> {
            if (running) {
                models.failure().ifPresent(end);
            }
        });
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After the routes are loaded, which leaves the model some time, and before any listener opens. */
    @Override
    public int getPhase() {
        return 2;
    }
}
