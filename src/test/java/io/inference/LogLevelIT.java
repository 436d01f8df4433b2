package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.embedded.SharedPostgres;
import io.inference.routes.Cookbook;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logged levels for each LOG_LEVEL: of the service and the log steps of its routes, of the libraries, and of loggers
 * that an operator configures.
 */
@BesideOthers
class LogLevelIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OPERATORS = """
            - route:
                id: operator
                description: An operator's own log steps.
                from:
                  id: from-operator
                  uri: timer
                  parameters:
                    timerName: once
                    repeatCount: "1"
                  steps:
                    - log:
                        id: say-something
                        description: Under the route's own name
                        loggingLevel: DEBUG
                        message: step at debug
                    - log:
                        id: say-orders
                        description: Under a name of ours
                        loggingLevel: DEBUG
                        logName: routes.orders
                        message: orders at debug
                    - to:
                        id: show-exchange
                        description: By the component
                        uri: log
                        parameters:
                          loggerName: routes.shown
                          level: DEBUG
                    - log:
                        id: say-other-debug
                        description: Under a name of its own
                        loggingLevel: DEBUG
                        logName: billing
                        message: billing at debug
                    - log:
                        id: say-other
                        description: Under a name of its own
                        logName: billing
                        message: billing at info
                    - log:
                        id: say-end
                        description: The last
                        loggingLevel: WARN
                        message: all is said
            """;

    @TempDir
    private Path folder;

    @Test
    void atDebugTheServiceAndItsRoutesAreHeardAndNoLibrary() throws Exception {
        List<JsonNode> lines = run(Map.of("LOG_LEVEL", "debug"));
        assertThat(lines)
                .filteredOn(line -> List.of("DEBUG", "TRACE").contains(level(line)))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(logger(line)).matches("(io\\.inference|routes)\\..*"));
        assertThat(lines)
                .extracting(line -> logger(line) + ": " + line.path("message").asText())
                .contains(
                        "routes.operator: step at debug",
                        "routes.orders: orders at debug",
                        "billing: billing at info",
                        "routes.operator: all is said")
                .anyMatch(line -> line.startsWith("routes.shown: Exchange["))
                .doesNotContain("billing: billing at debug");
    }

    @Test
    void aLibraryAndACategoryOfOnesOwnAreOpenedByNameThoughTheRestIsQuieterThanInfo() throws Exception {
        List<JsonNode> lines = run(
                Map.of("LOG_LEVEL", "warn", "LOGGING_LEVEL_ORG_APACHE_CAMEL", "debug"),
                "--logging.level.billing=debug");
        assertThat(lines)
                .filteredOn(line -> level(line).equals("DEBUG"))
                .extracting(LogLevelIT::logger)
                .anyMatch(name -> name.startsWith("org.apache.camel."));
        assertThat(lines)
                .filteredOn(line -> !logger(line).startsWith("org.apache.camel.")
                        && !logger(line).equals("billing"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(level(line)).isIn("WARN", "ERROR"));
        assertThat(lines)
                .extracting(line -> line.path("message").asText())
                .contains("billing at debug", "billing at info", "all is said")
                .doesNotContain("step at debug");
    }

    /** Runs a service until the operator's route has logged everything, and stops it. */
    private List<JsonNode> run(Map<String, String> variables, String... more) throws Exception {
        Cookbook.restore(folder);
        Files.writeString(folder.resolve("operator.camel.yaml"), OPERATORS);
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("log_level"));
        options.addAll(List.of(
                "--port=0",
                "--grpc-port=0",
                "--management-port=0",
                "--disable-auth=true",
                "--local-engine=off",
                "--rabbitmq-enabled=false",
                "--inference-services-ollama-base-url=",
                "--log-format=json",
                "--routes-dir=" + folder));
        options.addAll(List.of(more));
        Process process = ServiceProcessIT.start(variables, options);
        List<JsonNode> lines = new ArrayList<>();
        boolean stopping = false;
        try (BufferedReader said = process.inputReader()) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith("{")) {
                    lines.add(JSON.readTree(line));
                }
                if (!stopping && line.contains("all is said")) {
                    process.toHandle().destroy();
                    stopping = true;
                }
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(stopping).as("the route has run").isTrue();
        return lines;
    }

    private static String level(JsonNode line) {
        return line.path("level").asText();
    }

    private static String logger(JsonNode line) {
        return line.path("logger_name").asText();
    }
}
