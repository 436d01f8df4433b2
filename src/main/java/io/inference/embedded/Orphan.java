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

/** A server that is still running although the process that started it was killed. */
final class Orphan {
    private static final Logger log = LoggerFactory.getLogger(Orphan.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Orphan() {}

    /**
     * Stops the server that still runs in a folder, if there is one. Only for a folder whose lock this process holds.
     *
     * @param pidFile its first line is the id of the server's process
     * @param program of that process; a process of another program that has the same id is left alone
     * @throws IOException if it does not stop
     */
    static void stop(Path pidFile, String program) throws IOException, InterruptedException {
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<ProcessHandle> orphan = find(Files.readAllLines(pidFile), program);
        if (orphan.isPresent()) {
            log.info(
                    "stopping the {} that a killed process left behind: {}",
                    program,
                    orphan.get().pid());
            stop(orphan.get());
        }
        // A server removes the file when it stops normally; if it was killed too, the file is left.
        Files.deleteIfExists(pidFile);
    }

    private static Optional<ProcessHandle> find(List<String> pidFile, String program) {
        if (pidFile.isEmpty() || !pidFile.getFirst().strip().matches("\\d{1,18}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(pidFile.getFirst().strip()))
                .filter(process -> process.info().command().orElse("").contains(program));
    }

    /**
     * Requests a normal stop first. A postgres that has to be killed recovers from its log at the next start, and loses
     * nothing that was committed.
     */
    private static void stop(ProcessHandle server) throws IOException, InterruptedException {
        server.destroy();
        if (!hasEnded(server)) {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly();
            if (!hasEnded(server)) {
                throw new IOException("the server " + server.pid() + " of an earlier process does not stop");
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
