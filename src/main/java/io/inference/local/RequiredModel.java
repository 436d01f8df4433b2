package io.inference.local;

import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the service if an operator named an engine and its model cannot run: by failing the start if that is known
 * before the listeners open, otherwise by calling {@code end}, since a download can take longer than the start should.
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

    /** After the routes are loaded, which gives the model some time, and before any listener opens. */
    @Override
    public int getPhase() {
        return 2;
    }
}
