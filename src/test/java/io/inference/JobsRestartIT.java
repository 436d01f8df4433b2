package io.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import io.inference.embedded.SharedPostgres;
import io.inference.job.EchoBackend;
import java.io.BufferedReader;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs survive the process that accepted them. */
@BesideOthers
class JobsRestartIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final int JOBS = 12;
    private static final int LINES = 30;

    @Test
    void whatAKilledProcessLeftIsDoneByTheNextOnceEach() throws Exception {
        try (EchoBackend backend = new EchoBackend()) {
            List<String> options = new ArrayList<>(SharedPostgres.freshOptions("jobs_killed"));
            options.addAll(List.of(
                    "--port=0",
                    "--grpc-port=0",
                    "--management-port=0",
                    "--rabbitmq-enabled=false",
                    "--disable-auth=true",
                    "--local-engine=off",
                    "--inference-services-ollama-base-url=",
                    "--job-concurrency=5",
                    backend.option()));
            Map<Integer, HttpResponse<String>> taken;
            Batch batch;
            Process first = ServiceProcessIT.start(Map.of(), options);
            try {
                String url = address(first);
                String text = IntStream.range(0, LINES)
                        .mapToObj(i -> "{\"custom_id\":\"" + i + "\",\"method\":\"POST\","
                                + "\"url\":\"/v1/chat/completions\",\"body\":" + EchoBackend.chat("line " + i) + "}\n")
                        .collect(Collectors.joining());
                taken = IntStream.range(0, JOBS).boxed().collect(Collectors.toMap(i -> i, i -> submit(url, i)));
                assertThat(taken.values())
                        .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(202));
                batch = createBatch(url, text);
                await().until(() -> backend.asked().contains("wait for the kill 0"));
            } finally {
                first.destroyForcibly().waitFor();
            }

            backend.permit(1000);
            Process second = ServiceProcessIT.start(Map.of(), options);
            try {
                String url = address(second);
                for (int i = 0; i < JOBS; i++) {
                    String self =
                            JSON.readTree(taken.get(i).body()).at("/links/self").asText();
                    await().atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(250))
                            .until(() -> JSON.readTree(get(url + self))
                                    .path("state")
                                    .asText()
                                    .equals("done"));
                    String result = get(url + self + "/result");
                    assertThat(JSON.readTree(result)
                                    .at("/choices/0/message/content")
                                    .asText())
                            .isEqualTo("wait for the kill " + i);
                    HttpResponse<String> again = submit(url, i);
                    assertThat(again.statusCode()).isEqualTo(200);
                    assertThat(JSON.readTree(again.body()).at("/links/self").asText())
                            .isEqualTo(self);
                    assertThat(get(url + self + "/result")).isEqualTo(result);
                }
                assertThat(names(url, batch))
                        .containsExactlyElementsOf(IntStream.range(0, LINES)
                                .mapToObj(Integer::toString)
                                .toList());
            } finally {
                second.destroyForcibly().waitFor();
            }
        }
    }

    private static List<String> names(String url, Batch batch) throws Exception {
        OpenAIClient openAi = openAi(url);
        Batch ended = await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(250))
                .until(
                        () -> openAi.batches().retrieve(batch.id()),
                        now -> now.status().equals(Batch.Status.COMPLETED));
        List<String> names = new ArrayList<>();
        try (var response = openAi.files().content(ended.outputFileId().orElseThrow());
                InputStream body = response.body()) {
            for (String line : new String(body.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                names.add(JSON.readTree(line).path("custom_id").asText());
            }
        }
        return names;
    }

    private static Batch createBatch(String url, String text) {
        OpenAIClient openAi = openAi(url);
        String input = openAi.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(text.getBytes(StandardCharsets.UTF_8))
                        .build())
                .id();
        return openAi.batches()
                .create(BatchCreateParams.builder()
                        .inputFileId(input)
                        .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                        .completionWindow(BatchCreateParams.CompletionWindow._24H)
                        .build());
    }

    private static OpenAIClient openAi(String url) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(url + "/v1")
                .apiKey("none")
                .maxRetries(0)
                .build();
    }

    /** Later output of the process is read as well, so that it never blocks on a full pipe. */
    private static String address(Process process) throws Exception {
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher address = ServiceProcessIT.LISTENING.matcher(line);
            if (address.find()) {
                Thread unused = Thread.ofVirtual().start(() -> lines.lines().forEach(ignored -> {}));
                return address.group(1);
            }
        }
        throw new IllegalStateException("the process ended before it listened");
    }

    private static HttpResponse<String> submit(String url, int number) {
        String body = "{\"task\":\"chat\",\"priority\":\"high\",\"payload\":"
                + EchoBackend.chat("wait for the kill " + number) + "}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/jobs"))
                .header("Idempotency-Key", "job-" + number)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
