package io.inference.routes.generation;

import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.check.RouteFiles;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Scans the routes folder, and the file of backends, and triggers a change when its contents change. It compares
 * contents, since neither times nor file events show every editor's renames and Kubernetes' {@code ..data} links. A set
 * has to be the same in two scans, so that a file that is being written is not read. A folder that is missing for a
 * moment is waited for; one that stays missing is reported.
 */
class RoutesWatcher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RoutesWatcher.class);
    private static final String WHO = "files";
    private static final int LOOKS_UNTIL_TOLD = 10;

    private final RouteGenerations generations;
    private final Supplier<RouteFiles> source;
    private final Duration interval;
    private volatile @Nullable Thread thread;
    private String seen = "";
    private int failedLooks;

    /**
     * @param source reads the files as they are now
     * @param interval between two scans
     */
    RoutesWatcher(RouteGenerations generations, Supplier<RouteFiles> source, Duration interval) {
        this.generations = generations;
        this.source = source;
        this.interval = interval;
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("routes-watcher").start(this::watch);
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
            } catch (RuntimeException e) {
                log.error("the routes folder could not be scanned", e);
            }
            try {
                Thread.sleep(interval);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** One scan; the change itself happens on this thread, so that two never overlap. */
    void look() {
        RouteFiles files;
        try {
            files = source.get();
            failedLooks = 0;
        } catch (RouteFaultsException e) {
            if (++failedLooks == LOOKS_UNTIL_TOLD) {
                generations.refuse(e.faults(), WHO);
            }
            return;
        }
        String hash = files.hash();
        boolean settled = hash.equals(seen);
        seen = hash;
        if (settled) {
            generations.consider(files, WHO);
        }
    }

    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Starts after the generations and stops before them. */
    @Override
    public int getPhase() {
        return 1;
    }
}
