package io.inference.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A postgres that outlived the process that started it, because that was killed. */
final class Orphan {
    private static final Logger log = LoggerFactory.getLogger(Orphan.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Orphan() {}

    /**
     * Stops the postgres that still works in a folder, if there is one. Only for a folder whose lock this process holds.
     *
     * @throws IOException where it does not stop
     */
    static void stop(Path folder) throws IOException, InterruptedException {
        Path pidFile = folder.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<ProcessHandle> orphan = find(Files.readAllLines(pidFile));
        if (orphan.isPresent()) {
            log.info(
                    "stopping the postgres {} that a killed process left in {}",
                    orphan.get().pid(),
                    folder);
            stop(orphan.get());
        }
        // Postgres removes it when it stops in order; where it was killed as well, the next one would only warn.
        Files.deleteIfExists(pidFile);
    }

    /** The process of the file's first line, unless the number has meanwhile gone to something else. */
    private static Optional<ProcessHandle> find(List<String> pidFile) {
        if (pidFile.isEmpty() || !pidFile.getFirst().strip().matches("\\d{1,18}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(pidFile.getFirst().strip()))
                .filter(process -> process.info().command().orElse("").contains("postgres"));
    }

    /** Asks first; a postgres that is killed recovers by its log at the next start, and loses nothing that was committed. */
    private static void stop(ProcessHandle postgres) throws IOException, InterruptedException {
        postgres.destroy();
        if (!hasEnded(postgres)) {
            postgres.descendants().forEach(ProcessHandle::destroyForcibly);
            postgres.destroyForcibly();
            if (!hasEnded(postgres)) {
                throw new IOException("the postgres " + postgres.pid() + " of an earlier process does not stop");
            }
        }
    }

    private static boolean hasEnded(ProcessHandle process) throws InterruptedException {
        try {
            ProcessHandle ended = process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return !ended.isAlive();
        } catch (TimeoutException | ExecutionException e) {
            return !process.isAlive();
        }
    }
}
