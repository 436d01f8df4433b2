package io.inference.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponse;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchError;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Files and batches with OpenAI's own client. */
class BatchesIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final EchoBackend backend = new EchoBackend();

    private static RunningService service;
    private static OpenAIClient alice;
    private static OpenAIClient bob;

    @BeforeAll
    static void start() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("batches"));
        options.addAll(List.of(
                "--disable-auth=false",
                "--bootstrap-api-key=" + ADMIN,
                "--job-concurrency=8",
                "--file-storage-limit=8MB",
                backend.option()));
        service = RunningService.start(options.toArray(String[]::new));
        alice = client(key("alice"));
        bob = client(key("bob"));
    }

    @AfterAll
    static void stop() {
        service.close();
        backend.close();
    }

    @Test
    void aFileOfRequestsIsAnsweredWithOneLineEach() throws Exception {
        String wrong = "{\"custom_id\":\"wrong\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\","
                + "\"body\":{\"model\":\"echo\",\"messages\":7}}\n";
        FileObject input = upload(alice, line("first", "one") + wrong + line("third", "three"));
        assertThat(input.bytes()).isPositive();
        Batch batch = alice.batches()
                .create(create(input)
                        .metadata(BatchCreateParams.Metadata.builder()
                                .putAdditionalProperty("run", JsonValue.from("7"))
                                .build())
                        .build());
        assertThat(batch.status().toString()).isIn("validating", "in_progress", "finalizing", "completed");

        Batch ended = awaitEnd(alice, batch);
        assertThat(ended.status()).isEqualTo(Batch.Status.COMPLETED);
        assertThat(ended.completedAt()).isPresent();
        assertThat(ended.requestCounts().orElseThrow().total()).isEqualTo(3);
        assertThat(ended.requestCounts().orElseThrow().completed()).isEqualTo(2);
        assertThat(ended.requestCounts().orElseThrow().failed()).isEqualTo(1);
        assertThat(ended.metadata().orElseThrow()._additionalProperties().get("run"))
                .isEqualTo(JsonValue.from("7"));

        List<JsonNode> output = content(alice, ended.outputFileId().orElseThrow());
        assertThat(output).extracting(node -> node.path("custom_id").asText()).containsExactly("first", "third");
        assertThat(output.getFirst()
                        .at("/response/body/choices/0/message/content")
                        .asText())
                .isEqualTo("one");
        assertThat(output.getFirst().at("/response/status_code").asInt()).isEqualTo(200);
        List<JsonNode> errors = content(alice, ended.errorFileId().orElseThrow());
        assertThat(errors).singleElement().satisfies(node -> {
            assertThat(node.path("custom_id").asText()).isEqualTo("wrong");
            assertThat(node.at("/response/status_code").asInt()).isEqualTo(400);
            assertThat(node.at("/response/body/error/param").asText()).isEqualTo("messages");
        });
        assertThat(alice.batches().list().data()).extracting(Batch::id).contains(batch.id());
        assertThat(alice.files().list().data())
                .extracting(FileObject::id)
                .contains(input.id(), ended.outputFileId().orElseThrow());
    }

    @Test
    void faultsAreToldWithTheirLinesAndNothingRuns() throws Exception {
        String get = line("b", "x").replace("POST", "GET");
        String elsewhere = line("c", "x").replace("/v1/chat/completions", "/v1/embeddings");
        String nameless = line("d", "x").replace("\"custom_id\":\"d\",", "");
        String text = line("a", "x") + "not json\n" + get + "\n" + elsewhere + line("a", "x") + nameless;
        Batch ended = awaitEnd(
                alice, alice.batches().create(create(upload(alice, text)).build()));
        assertThat(ended.status()).isEqualTo(Batch.Status.FAILED);
        List<BatchError> faults = ended.errors().orElseThrow().data().orElseThrow();
        assertThat(faults)
                .extracting(
                        fault -> fault.line().orElseThrow() + " " + fault.code().orElseThrow())
                .containsExactly(
                        "2 invalid_json_line",
                        "3 invalid_method",
                        "5 invalid_url",
                        "6 duplicate_custom_id",
                        "7 invalid_custom_id");
        // By its text: a call of a batch that was cancelled may still arrive there.
        assertThat(backend.asked()).doesNotContain("x");

        Batch empty = awaitEnd(
                alice, alice.batches().create(create(upload(alice, "\n")).build()));
        assertThat(empty.errors().orElseThrow().data().orElseThrow().getFirst().code())
                .contains("empty_file");
    }

    @Test
    void aCancelledBatchKeepsWhatHasRunAndHasALineForTheRest() throws Exception {
        String text = line("done", "cancel me later")
                + IntStream.range(0, 40)
                        .mapToObj(i -> line("waits " + i, "wait for nothing " + i))
                        .collect(Collectors.joining());
        Batch batch = alice.batches().create(create(upload(alice, text)).build());
        await().until(() -> backend.asked().contains("wait for nothing 0"));
        await().until(() -> counts(alice, batch).completed() == 1);
        Batch cancelling = alice.batches().cancel(batch.id());
        assertThat(cancelling.status()).isEqualTo(Batch.Status.CANCELLING);
        Batch ended = awaitEnd(alice, batch);
        assertThat(ended.status()).isEqualTo(Batch.Status.CANCELLED);
        assertThat(content(alice, ended.outputFileId().orElseThrow())).hasSize(1);
        List<JsonNode> errors = content(alice, ended.errorFileId().orElseThrow());
        assertThat(errors)
                .hasSize(40)
                .allSatisfy(node -> assertThat(node.at("/error/code").asText()).isEqualTo("batch_cancelled"));
        assertThatThrownBy(() -> alice.batches().cancel(batch.id()))
                .isInstanceOfSatisfying(
                        OpenAIServiceException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(409));
    }

    @Test
    void aBatchWhoseTimeIsOverEndsWithWhatItHas() throws Exception {
        Batch batch = alice.batches()
                .create(create(upload(alice, line("quick", "in time") + line("slow", "wait too long")))
                        .build());
        await().until(() -> counts(alice, batch).completed() == 1);
        await().until(() -> backend.asked().contains("wait too long"));
        int ignored = service.bean(Database.class)
                .<Integer>call(client -> client.sql("UPDATE batches SET expires_at = now() WHERE ended_at IS NULL")
                        .update());
        Batch ended = awaitEnd(alice, batch);
        assertThat(ended.status()).isEqualTo(Batch.Status.EXPIRED);
        assertThat(content(alice, ended.outputFileId().orElseThrow())).hasSize(1);
        assertThat(content(alice, ended.errorFileId().orElseThrow())
                        .getFirst()
                        .at("/error/code")
                        .asText())
                .isEqualTo("batch_expired");
    }

    @Test
    void threeThousandLinesAreAnsweredOnceEachInTheirOrder() throws Exception {
        int count = 3000;
        String text = IntStream.range(0, count)
                .mapToObj(i -> line("line " + i, "number " + i))
                .collect(Collectors.joining());
        Batch batch = alice.batches().create(create(upload(alice, text)).build());
        Batch ended = awaitEnd(alice, batch);
        assertThat(ended.status()).isEqualTo(Batch.Status.COMPLETED);
        List<JsonNode> output = content(alice, ended.outputFileId().orElseThrow());
        assertThat(output)
                .extracting(node -> node.path("custom_id").asText())
                .containsExactlyElementsOf(
                        IntStream.range(0, count).mapToObj(i -> "line " + i).toList());
        assertThat(output.get(1234)
                        .at("/response/body/choices/0/message/content")
                        .asText())
                .isEqualTo("number 1234");
        long left = service.bean(Database.class)
                .<Long>call(client -> client.sql("SELECT count(*) FROM jobs WHERE custom_id = 'line 7'")
                        .query(Long.class)
                        .single());
        assertThat(left).isZero();
    }

    @Test
    void anothersFilesAndBatchesAreNotThere() throws Exception {
        FileObject input = upload(alice, line("a", "mine"));
        Batch batch = alice.batches().create(create(input).build());
        assertThatThrownBy(() -> bob.files().retrieve(input.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bob.files().content(input.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bob.files().delete(input.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bob.batches().create(create(input).build())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bob.batches().retrieve(batch.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bob.batches().cancel(batch.id())).isInstanceOf(NotFoundException.class);
        assertThat(bob.files().list().data()).extracting(FileObject::id).doesNotContain(input.id());
        awaitEnd(alice, batch);
        assertThat(alice.files().delete(input.id()).deleted()).isTrue();
        assertThatThrownBy(() -> alice.files().retrieve(input.id())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aFileBeyondWhatACallerMayKeepIsRefusedAndLeavesNothing() throws Exception {
        byte[] large = line("a", "x".repeat(9_000_000)).getBytes(StandardCharsets.UTF_8);
        FileCreateParams params = FileCreateParams.builder()
                .purpose(FilePurpose.BATCH)
                .file(large)
                .build();
        assertThatThrownBy(() -> bob.files().create(params)).isInstanceOfSatisfying(OpenAIServiceException.class, e -> {
            assertThat(e.statusCode()).isEqualTo(507);
            assertThat(e.code()).contains("storage_full");
        });
        assertThat(bob.files().list().data()).isEmpty();
        assertThatThrownBy(() -> bob.files()
                        .create(FileCreateParams.builder()
                                .purpose(FilePurpose.FINE_TUNE)
                                .file(new byte[] {'{', '}'})
                                .build()))
                .isInstanceOfSatisfying(
                        OpenAIServiceException.class, e -> assertThat(e.param()).contains("purpose"));
    }

    private static BatchCreateParams.Builder create(FileObject input) {
        return BatchCreateParams.builder()
                .inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H);
    }

    private static FileObject upload(OpenAIClient client, String text) {
        return client.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(text.getBytes(StandardCharsets.UTF_8))
                        .build());
    }

    private static String line(String id, String text) {
        return "{\"custom_id\":\"" + id + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":"
                + EchoBackend.chat(text) + "}\n";
    }

    private static com.openai.models.batches.BatchRequestCounts counts(OpenAIClient client, Batch batch) {
        return client.batches().retrieve(batch.id()).requestCounts().orElseThrow();
    }

    private static Batch awaitEnd(OpenAIClient client, Batch batch) {
        return await().atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> client.batches().retrieve(batch.id()),
                        now -> List.of("completed", "failed", "cancelled", "expired")
                                .contains(now.status().toString()));
    }

    private static List<JsonNode> content(OpenAIClient client, String file) throws IOException {
        try (HttpResponse response = client.files().content(file);
                InputStream body = response.body()) {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : new String(body.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        }
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(service.baseUrl() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static String key(String owner) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/api-keys"))
                .header("Authorization", "Bearer " + ADMIN)
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + owner + "\",\"owner\":\"" + owner + "\"}"))
                .build();
        String body = HttpClient.newHttpClient()
                .send(request, java.net.http.HttpResponse.BodyHandlers.ofString())
                .body();
        return JSON.readTree(body).path("key").asText();
    }
}
