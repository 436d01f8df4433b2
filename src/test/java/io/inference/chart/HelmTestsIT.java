package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.RunningService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code helm test} runs in pods, against a service in this process. */
class HelmTestsIT {
    private static final String API_KEY = "ik_0123456789abcdef0123456789abcdef01234567";
    private static final String PROMPT = "Say \"<ünï>\" & no more.";
    private static RunningService service;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(part -> Files.isExecutable(Path.of(part, "curl"))),
                "curl is not installed");
        service = RunningService.start(
                "--disable-auth=false",
                "--internal-api-key=internal",
                "--bootstrap-api-key=" + API_KEY,
                "--max-queue=77",
                "--summary-system-prompt=" + PROMPT);
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
    }

    @Test
    void allFourPassForAServiceThatIsAsItShouldBe() throws Exception {
        write("config: {MAX_QUEUE: 77, SUMMARY_SYSTEM_PROMPT: '" + PROMPT + "'}");
        assertThat(run("rest", Map.of()))
                .contains("/health is 200", "/v1/models is 401")
                .endsWith("status 0");
        assertThat(run("grpc", Map.of())).endsWith("status 0");
        assertThat(run("settings", Map.of("INTERNAL_API_KEY", "internal,older")))
                .endsWith("status 0");
        assertThat(run("authentication", Map.of("API_KEY", API_KEY)))
                .contains("/v1/models is 401", "/internal/config is 401", "/v1/models is 200")
                .endsWith("status 0");
    }

    @Test
    void eachFailsWithAReasonForAServiceThatIsNot() throws Exception {
        write("config: {MAX_QUEUE: 78}");
        assertThat(run("settings", Map.of("INTERNAL_API_KEY", "internal")))
                .contains("FAILED: not in effect: \"MAX_QUEUE\":{\"value\":\"78\"")
                .endsWith("status 1");
        assertThat(run("settings", Map.of("INTERNAL_API_KEY", "")))
                .contains("FAILED: the Secret has no INTERNAL_API_KEY")
                .endsWith("status 1");
        assertThat(run("authentication", Map.of("API_KEY", "ik_" + "a".repeat(40))))
                .contains("FAILED: ", "/v1/models is 401, not 200")
                .endsWith("status 1");
        Path grpc = folder.resolve("grpc.sh");
        Files.writeString(
                grpc, Files.readString(grpc).replace(":" + service.grpcPort() + "/", ":" + service.port() + "/"));
        assertThat(run("grpc", Map.of())).doesNotContain("passed").doesNotEndWith("status 0");
    }

    /** The scripts, which find this service instead of the one in the cluster, and this folder. */
    private void write(String values) throws IOException {
        JsonNode scripts = Chart.rendered(values)
                .one("ConfigMap", "inference-service-tests")
                .path("data");
        for (Map.Entry<String, JsonNode> script : scripts.properties()) {
            String text = script.getValue()
                    .asText()
                    .replace("http://inference-service:8000", service.baseUrl())
                    .replace("inference-service:50051", "localhost:" + service.grpcPort())
                    .replaceAll("(?<![\\w/])/(tests|tmp)/", folder + "/");
            if (script.getKey().equals("expected")) {
                // The other settings are those of a pod.
                text = text.lines()
                        .filter(line ->
                                line.startsWith("\"MAX_QUEUE\"") || line.startsWith("\"SUMMARY_SYSTEM_PROMPT\""))
                        .map(line -> line.replace("\"environment\"", "\"command line\"") + "\n")
                        .collect(Collectors.joining());
            }
            Files.writeString(folder.resolve(script.getKey()), text);
        }
    }

    private String run(String name, Map<String, String> variables) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", "-eu", folder.resolve(name + ".sh").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(folder.resolve("output")) + "status " + process.exitValue();
    }
}
