package io.inference.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * Runs a script with a PATH that holds the tools of every machine and, of {@code kubectl} and {@code helm}, only
 * stand-ins. These write down their calls and answer from files in a folder.
 */
final class Script {
    private static final List<String> TOOLS = List.of(
            "bash",
            "env",
            "awk",
            "base64",
            "cat",
            "cp",
            "cut",
            "dirname",
            "grep",
            "head",
            "ls",
            "mkdir",
            "mktemp",
            "rm",
            "sed",
            "sha256sum",
            "shasum",
            "sort",
            "tr",
            "wc");

    private static final Path TOOLS_FOLDER = toolsFolder();

    private final Path folder;
    private final Path bin;
    private final Path state;
    private final Path work;

    /** What came of a run. */
    record Result(int status, String output, List<String> calls) {
        /** Calls that change the cluster. */
        List<String> changes() {
            return calls.stream().filter(call -> !isReading(call)).toList();
        }

        private static boolean isReading(String call) {
            return call.matches("helm (--\\S+ \\S+ )*(template|status) .*")
                    || call.matches("kubectl (--\\S+ \\S+ )*(version|auth|get|diff) .*")
                    || call.contains("--dry-run=client");
        }
    }

    Script(Path folder) throws IOException {
        this.folder = folder;
        this.bin = Files.createDirectories(folder.resolve("bin"));
        this.state = Files.createDirectories(folder.resolve("state"));
        this.work = Files.createDirectories(folder.resolve("work"));
        standIn("kubectl");
        standIn("helm");
    }

    private static Path toolsFolder() {
        try {
            Path tools = Files.createTempDirectory("tools");
            for (String tool : TOOLS) {
                Optional<Path> file = find(tool);
                if (file.isPresent()) {
                    Files.createSymbolicLink(tools.resolve(tool), file.get());
                }
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileSystemUtils.deleteRecursively(tools.toFile())));
            return tools;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void standIn(String tool) throws IOException {
        Path file = bin.resolve(tool);
        Files.writeString(file, Files.readString(Path.of("src/test/resources/chart/" + tool)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Optional<Path> find(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(part -> Path.of(part, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    Path work() {
        return work;
    }

    /** Takes a tool away. */
    Script without(String tool) throws IOException {
        Files.delete(bin.resolve(tool));
        return this;
    }

    /** Says what a stand-in finds or answers: see {@code src/test/resources/chart/kubectl}. */
    Script state(String name, String text) {
        try {
            Files.writeString(state.resolve(name), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file that was sent to the cluster, by the beginning of its name; empty if there is none. */
    String sent(String name) {
        Path file = state.resolve("sent-" + name);
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result run(Path script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                TOOLS_FOLDER.resolve("bash").toString(), script.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        try {
            Path calls = state.resolve("calls");
            Files.deleteIfExists(calls);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(work.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile());
            builder.environment().clear();
            builder.environment().put("PATH", bin + ":" + TOOLS_FOLDER);
            builder.environment().put("STATE", state.toString());
            Process process = builder.start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the script does not end");
            }
            return new Result(
                    process.exitValue(),
                    Files.readString(folder.resolve("output")),
                    Files.exists(calls) ? Files.readAllLines(calls) : List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
