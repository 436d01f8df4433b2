package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as operators run it: a process with options, variables, output and signals. */
@BesideOthers
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceProcessIT {
    static final Pattern LISTENING = Pattern.compile("listening on (http://[^ ]+)");
    private static final List<String> NO_BACKENDS = List.of(
            "--port=0",
            "--grpc-port=0",
            "--management-port=0",
            "--disable-auth=true",
            "--local-engine=off",
            "--rabbitmq-enabled=false",
            "--inference-services-ollama-base-url=");

    @Test
    void helpNamesTheSettingsAndStartsNothing() throws Exception {
        Process process = start(Map.of(), List.of("--help"));
        assertThat(output(process)).contains("PORT=8000", "REQUEST_TIMEOUT=30m");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void wrongSettingsStopTheStartWithALineEach() throws Exception {
        Process process = start(
                Map.of("MANAGEMENT_PORT", "many", "HF_TOKEN", "hf_topsecret", "HF_TOKEN_FILE", "/x"),
                List.of("--max-queue=0"));
        assertThat(output(process))
                .contains("MANAGEMENT_PORT holds 'many'", "MAX_QUEUE holds '0'", "HF_TOKEN and HF_TOKEN_FILE")
                .doesNotContain("\tat ", "topsecret");
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void inProductionAllThatIsMissingIsToldAtOnceAndNothingEmbeddedStarts() throws Exception {
        Process process =
                start(Map.of("PROFILE", "production", "REDIS_HOST", ""), List.of("--port=0", "--local-engine=off"));
        assertThat(output(process))
                .contains(
                        "PROFILE=production needs AUTH_ISSUER and AUTH_AUDIENCE, or BOOTSTRAP_API_KEY",
                        "PROFILE=production needs DB_HOST or DB_CONNECTION_STRING",
                        "PROFILE=production needs REDIS_HOST, or REDIS_ENABLED=false",
                        "PROFILE=production needs RABBITMQ_HOST, or RABBITMQ_ENABLED=false")
                .doesNotContain("\tat ", "listening on", "database jdbc");
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void aKeyThatIsNotItsCertificatesStopsTheStartByTheNameOfItsVariable(@TempDir Path folder) throws Exception {
        Path cert = Files.writeString(
                folder.resolve("tls.crt"), "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
        Path key = Files.writeString(
                folder.resolve("tls.key"), "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n");
        List<String> options = new ArrayList<>(NO_BACKENDS);
        options.addAll(List.of("--tls-cert-file=" + cert, "--tls-key-file=" + key));
        Process process = start(Map.of(), options);
        assertThat(output(process))
                .contains(
                        "TLS_CERT_FILE names '" + cert + "', which holds no certificate that can be read",
                        "TLS_KEY_FILE names '" + key + "', which holds no private key that can be read")
                .doesNotContain("\tat ", "listening on");
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void aFaultyRouteStopsTheStartWithFileLineAndStep(@TempDir Path routes) throws Exception {
        Files.writeString(routes.resolve("broken.camel.yaml"), """
                - route:
                    id: broken
                    from:
                      id: from-broken
                      uri: direct:broken
                      steps:
                        - process:
                            id: go-wrong
                            ref: nobody
                """);
        List<String> options = new ArrayList<>(NO_BACKENDS);
        options.add("--routes-dir=" + routes);
        Process process = start(Map.of(), options);
        assertThat(output(process))
                .contains("broken.camel.yaml:7, step go-wrong: no bean 'nobody'")
                .doesNotContain("\tat ");
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void aModelThatCannotRunStopsTheStartOfAnEngineThatIsNamed() throws Exception {
        Process process = start(Map.of(), withModel("cpu", "sentencepiece"));
        assertThat(output(process))
                .contains(
                        "LOCAL_MODEL: src/test/resources/models/sentencepiece.gguf: tokenizer 'llama' (SentencePiece) "
                                + "is not"
                                + " supported, only byte-level BPE ('gpt2')")
                .doesNotContain("\tat ", "listening on");
        assertThat(process.waitFor()).isNotZero();
    }

    @Test
    void withAnEngineOfTheServicesChoiceItIsOneLineAndTheServiceListens() throws Exception {
        Process process = start(Map.of("LOG_FORMAT", "json"), withModel("auto", "nan-weights"));
        BufferedReader lines = process.inputReader();
        List<String> said = new ArrayList<>();
        // Two threads say these: either may be the first.
        for (String text : List.of("listening on", "finite numbers")) {
            while (said.stream().noneMatch(line -> line.contains(text))) {
                String line = lines.readLine();
                assertThat(line).as("%s after%n%s", text, said).isNotNull();
                said.add(line);
            }
        }
        process.toHandle().destroy();
        said.addAll(lines.lines().toList());
        List<String> reasons =
                said.stream().filter(line -> line.contains("finite numbers")).toList();
        assertThat(reasons).hasSize(1);
        JsonNode reason = new ObjectMapper().readTree(reasons.getFirst());
        assertThat(reason.path("message").asText())
                .contains("LOCAL_MODEL: the model's results are NaN or infinite", "LOCAL_ENGINE=off");
        assertThat(reason.path("stack_trace").isMissingNode()).isTrue();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    private static List<String> withModel(String engine, String model) {
        List<String> options = new ArrayList<>(NO_BACKENDS);
        options.remove("--local-engine=off");
        options.add("--local-engine=" + engine);
        options.add("--local-model=src/test/resources/models/" + model + ".gguf");
        return options;
    }

    @Test
    void aPortInUseIsSaidSo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            List<String> options = new ArrayList<>(NO_BACKENDS);
            options.set(0, "--port=" + taken.getLocalPort());
            Process process = start(Map.of(), options);
            assertThat(output(process))
                    .contains("port " + taken.getLocalPort() + " is in use")
                    .doesNotContain("\tat ");
            assertThat(process.waitFor()).isNotZero();
        }
    }

    @Test
    void itSaysWhereItListensLogsOneJsonLineACallWithoutThePromptAndStopsOnASignal() throws Exception {
        Process process = start(Map.of("LOG_FORMAT", "json"), NO_BACKENDS);
        BufferedReader lines = process.inputReader();
        JsonNode open = awaitLine(lines, "DISABLE_AUTH=true: every caller on this machine may do everything");
        assertThat(open.path("logger_name").asText()).isEqualTo("io.inference.audit");
        assertThat(open.path("level").asText()).isEqualTo("WARN");
        JsonNode greeting = awaitLine(lines, "listening on");
        Matcher address = LISTENING.matcher(greeting.path("message").asText());
        assertThat(address.find()).isTrue();
        HttpRequest request = HttpRequest.newBuilder(URI.create(address.group(1) + "/v1/chat/completions"))
                .header("X-Request-Id", "from-the-test")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"nobody-has-it\",\"messages\":[{\"role\":\"user\",\"content\":\"a "
                                + "private question\"}]}"))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode call = awaitLine(lines, "from-the-test");
        assertThat(call.path("operation").asText()).isEqualTo("chat");
        assertThat(call.path("outcome").asText()).isEqualTo("model_not_found");
        process.toHandle().destroy();
        String rest = lines.lines().collect(Collectors.joining("\n"));
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(rest).doesNotContain("private question", "\"level\":\"ERROR\"");
    }

    @Test
    void theGreetingsOwnCommandsGetATokenAndAreLetInByIt() throws Exception {
        List<String> options = new ArrayList<>(NO_BACKENDS);
        options.remove("--disable-auth=true");
        Process process = start(Map.of("LOG_FORMAT", "json"), options);
        BufferedReader lines = process.inputReader();
        String greeting = awaitLine(lines, "listening on").path("message").asText();
        Matcher token = Pattern.compile("TOKEN=\\$\\(curl -s '([^']+)'\\)").matcher(greeting);
        assertThat(token.find()).as(greeting).isTrue();
        assertThat(greeting).contains("-H \"Authorization: Bearer $TOKEN\"");
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ask = HttpRequest.newBuilder(URI.create(token.group(1))).build();
        String bearer = client.send(ask, HttpResponse.BodyHandlers.ofString()).body();
        URI models = URI.create(token.group(1)).resolve("/v1/models");
        HttpRequest without = HttpRequest.newBuilder(models).build();
        assertThat(client.send(without, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        HttpRequest with = HttpRequest.newBuilder(models)
                .header("Authorization", "Bearer " + bearer)
                .build();
        assertThat(client.send(with, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        JsonNode refusal = awaitLine(lines, "no Authorization header");
        assertThat(refusal.path("logger_name").asText()).isEqualTo("io.inference.audit");
        process.toHandle().destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void promptsAreLoggedWhereThatIsAskedFor() throws Exception {
        Process process = start(Map.of("LOG_FORMAT", "json", "LOG_PROMPTS", "true"), NO_BACKENDS);
        BufferedReader lines = process.inputReader();
        Matcher address = LISTENING.matcher(
                awaitLine(lines, "listening on").path("message").asText());
        assertThat(address.find()).isTrue();
        HttpRequest request = HttpRequest.newBuilder(URI.create(address.group(1) + "/v1/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"m\",\"prompt\":\"a public question\\n\\\"x\\u2028\\u0000 and more\"}"))
                .header("X-Request-Id", "public-1")
                .build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        JsonNode line = awaitLine(lines, "a public question");
        assertThat(line.path("logger_name").asText()).isEqualTo("io.inference.prompts");
        assertThat(line.path("request_id").asText()).isEqualTo("public-1");
        assertThat(line.path("caller").asText()).isEqualTo("local");
        assertThat(line.path("model").asText()).isEqualTo("m");
        assertThat(new ObjectMapper()
                        .readTree(line.path("prompt").asText())
                        .path(0)
                        .asText())
                .isEqualTo("a public question\n\"x\u2028\u0000 and more");
        process.toHandle().destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    private static JsonNode awaitLine(BufferedReader lines, String text) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(text)) {
                return new ObjectMapper().readTree(line);
            }
            before.append(line).append('\n');
        }
        throw new IOException("the process ended without a line that has " + text + "; it said:\n" + before);
    }

    private static String output(Process process) {
        return process.inputReader().lines().collect(Collectors.joining("\n"));
    }

    /** Runs the classes that this test was compiled with, without the tests' own classes and their log settings. */
    static Process start(Map<String, String> variables, List<String> options) throws IOException {
        String classes = Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(java.io.File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Starts with half the work; no test here waits for a model's answer.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes,
                "io.inference.InferenceService",
                "--data-dir=" + Path.of("target", "process-data").toAbsolutePath()));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        return builder.start();
    }
}
