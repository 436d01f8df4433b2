package io.inference.routes;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The generation that serves now. Starts before the listeners do, so that no request meets a door without routes, and stops after. */
public class RouteGenerations implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RouteGenerations.class);
    /** Before the web server's phase (close to the greatest), hence stopped after it. */
    private static final int PHASE = 0;

    private final GenerationBuilder builder;
    private final Path folder;
    private volatile @Nullable RouteGeneration current;

    RouteGenerations(GenerationBuilder builder, Path folder) {
        this.builder = builder;
        this.folder = folder;
    }

    /** @throws RouteFaultsException if the files cannot be served */
    @Override
    public void start() {
        RouteGeneration generation = builder.build(RouteFiles.read(folder));
        generation.publish();
        current = generation;
        log.info(
                "generation {}: {} routes from {}",
                generation.number(),
                generation.context().getRoutesSize(),
                folder);
    }

    @Override
    public void stop() {
        RouteGeneration generation = current;
        current = null;
        if (generation != null) {
            generation.stop();
        }
    }

    @Override
    public boolean isRunning() {
        return current != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** The generation that new requests run on; null before the start and after the stop. */
    public @Nullable RouteGeneration current() {
        return current;
    }
}
