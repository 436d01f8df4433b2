package io.inference;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The service as a process of its own, for tests that kill it: of this build's classes, or by {@code -Dservice.jar} as
 * the image runs it, of the production jar.
 */
public final class ServiceProcess implements AutoCloseable {
    private static final String JAR = System.getProperty("service.jar", "");
    private static final Pattern GRPC_PORT = Pattern.compile("gRPC: [^ ]+:(\\d+)");

    private final Process process;
    private final Path log;

    private ServiceProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Runs the classes that this test was compiled with, without the tests' own classes and their log settings.
     *
     * @param log receives the output of the process
     */
    public static ServiceProcess start(Path log, List<String> options) throws IOException {
        return start(log, Map.of(), options);
    }

    /** The same, with variables besides those of this process. */
    public static ServiceProcess start(Path log, Map<String, String> variables, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "--add-modules=jdk.incubator.vector"));
        command.addAll(JAR.isEmpty() ? ofClasses() : ofJar(options));
        command.addAll(List.of(
                "--port=0",
                "--grpc-port=0",
                "--management-port=0",
                "--disable-auth=true",
                "--local-engine=off",
                "--inference-services-ollama-base-url="));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(variables);
        return new ServiceProcess(builder.start(), log);
    }

    private static List<String> ofClasses() {
        String classes = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("target/quick/test"))
                .collect(Collectors.joining(File.pathSeparator));
        return List.of(
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes,
                "io.inference.InferenceService");
    }

    private static List<String> ofJar(List<String> options) {
        List<String> command =
                new ArrayList<>(List.of("@src/main/docker/java.args", "-jar", JAR, "--profile=production"));
        if (options.stream().noneMatch(option -> option.startsWith("--redis-"))) {
            command.add("--redis-enabled=false");
        }
        return command;
    }

    /** Its address, once it listens. The log must be its own. */
    public String awaitUrl() {
        return awaitInLog(ServiceProcessIT.LISTENING);
    }

    /** Its port for gRPC, once it listens. The log must be its own. */
    public int awaitGrpcPort() {
        return Integer.parseInt(awaitInLog(GRPC_PORT));
    }

    private String awaitInLog(Pattern text) {
        return await("the service listens, or else a reason in " + log)
                // On a busy machine, where several start at once.
                .atMost(Duration.ofMinutes(5))
                .failFast("the service has ended, see " + log, () -> !process.isAlive())
                .until(
                        () -> text.matcher(Files.readString(log))
                                .results()
                                .map(found -> found.group(1))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        int ignored = process.waitFor();
    }

    /** Sends SIGTERM, and SIGKILL if it is still there after this time; returns its exit status. */
    public int stop(Duration grace) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(grace)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }

    /** Sends SIGTERM and waits for the end. */
    @Override
    public void close() {
        process.destroy();
        try {
            int ignored = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
