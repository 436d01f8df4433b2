package io.inference.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RunningService;
import io.inference.api.call.Caller;
import io.inference.embedded.SharedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Jobs through the REST door, with a real database and a stub backend. */
class JobsIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final EchoBackend backend = new EchoBackend();

    private static List<String> database;
    private static RunningService service;
    private static String alice;
    private static String bob;

    @BeforeAll
    static void start() throws Exception {
        database = SharedPostgres.freshOptions("jobs_door");
        service = service("--job-concurrency=4");
        alice = key("alice");
        bob = key("bob");
    }

    @AfterAll
    static void stop() {
        service.close();
        backend.close();
    }

    @Test
    void aJobIsTakenInRunAndItsResultFetched() throws Exception {
        HttpResponse<String> taken = submit(alice, "chat", EchoBackend.chat("hello"));
        assertThat(taken.statusCode()).isEqualTo(202);
        JsonNode job = JSON.readTree(taken.body());
        String self = job.at("/links/self").asText();
        assertThat(taken.headers().firstValue("Location")).contains(self);
        assertThat(job.path("state").asText()).isIn("queued", "running");

        JsonNode done = awaitEnd(alice, self);
        assertThat(done.path("state").asText()).isEqualTo("done");
        assertThat(done.path("attempts").asInt()).isEqualTo(1);
        assertThat(done.path("ended_at").asText()).isNotEmpty();
        HttpResponse<String> result = get(alice, self + "/result");
        assertThat(result.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(result.body()).at("/choices/0/message/content").asText())
                .isEqualTo("hello");
        assertThat(get(alice, self + "/result").body()).isEqualTo(result.body());
    }

    @Test
    void anOperationMayBeNamedByItsPathAndEmbeddingsAreJobsToo() throws Exception {
        JsonNode job = JSON.readTree(submit(alice, "/v1/embeddings", "{\"model\":\"echo\",\"input\":\"a\"}")
                .body());
        assertThat(job.path("task").asText()).isEqualTo("embedding");
        String self = job.at("/links/self").asText();
        awaitEnd(alice, self);
        assertThat(JSON.readTree(get(alice, self + "/result").body())
                        .at("/data/0/embedding/1")
                        .asDouble())
                .isEqualTo(0.8);
    }

    @Test
    void theSameKeyIsTheSameJobAndAnotherPayloadUnderItIsRefused() throws Exception {
        String key = UUID.randomUUID().toString();
        String text = "once " + key;
        HttpResponse<String> first = submit(alice, "chat", EchoBackend.chat(text), "Idempotency-Key", key);
        String self = JSON.readTree(first.body()).at("/links/self").asText();
        awaitEnd(alice, self);
        HttpResponse<String> again = submit(alice, "chat", EchoBackend.chat(text), "Idempotency-Key", key);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(again.body()).at("/links/self").asText()).isEqualTo(self);
        assertThat(backend.asked().stream().filter(text::equals)).hasSize(1);

        HttpResponse<String> other = submit(alice, "chat", EchoBackend.chat("other"), "Idempotency-Key", key);
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).contains("\"conflict\"");
        HttpResponse<String> bobs = submit(bob, "chat", EchoBackend.chat("other"), "Idempotency-Key", key);
        assertThat(bobs.statusCode()).isEqualTo(202);
    }

    @Test
    void anothersJobIsNotThereExceptForAdminsWhoMayOnlyRead() throws Exception {
        String self = self(submit(alice, "chat", EchoBackend.chat("private")));
        awaitEnd(alice, self);
        HttpResponse<String> nobodys = get(bob, "/v1/jobs/" + UUID.randomUUID());
        for (String path : List.of(self, self + "/result")) {
            HttpResponse<String> refused = get(bob, path);
            assertThat(refused.statusCode()).isEqualTo(404);
            assertThat(refused.body()).isEqualTo(nobodys.body());
        }
        assertThat(ask("DELETE", bob, self, null).statusCode()).isEqualTo(404);
        assertThat(get(bob, "/v1/jobs").body()).doesNotContain(self);
        assertThat(get(bob, "/v1/jobs?all=true").statusCode()).isEqualTo(403);

        assertThat(get(ADMIN, self).statusCode()).isEqualTo(200);
        assertThat(get(ADMIN, "/v1/jobs?all=true&limit=100").body()).contains(self);
        assertThat(ask("DELETE", ADMIN, self, null).statusCode()).isEqualTo(403);
        assertThat(get(alice, "/v1/jobs?state=done&limit=100").body()).contains(self);
        assertThat(get(null, self).statusCode()).isEqualTo(401);
    }

    @Test
    void aRunningJobIsCancelledAtTheBackendOnce() throws Exception {
        int before = backend.abandoned();
        String text = "wait to be cancelled";
        String self = self(submit(alice, "chat", EchoBackend.chat(text)));
        await().until(() -> backend.asked().contains(text));
        assertThat(get(alice, self + "/result").statusCode()).isEqualTo(202);
        JsonNode cancelling = JSON.readTree(ask("DELETE", alice, self, null).body());
        assertThat(cancelling.path("state").asText()).isIn("running", "cancelled");
        assertThat(awaitEnd(alice, self).path("state").asText()).isEqualTo("cancelled");
        await().until(() -> backend.abandoned() == before + 1);
        assertThat(get(alice, self + "/result").statusCode()).isEqualTo(409);
        HttpResponse<String> again = ask("DELETE", alice, self, null);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(again.body()).path("state").asText()).isEqualTo("cancelled");
    }

    @Test
    void whatABackendFailsAtIsTriedAgain() throws Exception {
        String self = self(submit(alice, "chat", EchoBackend.chat("fail once")));
        JsonNode done = awaitEnd(alice, self);
        assertThat(done.path("state").asText()).isEqualTo("done");
        assertThat(done.path("attempts").asInt()).isEqualTo(2);
        assertThat(done.at("/first_error/code").asText()).isEqualTo("backend_failed");
    }

    @Test
    void aFailureIsToldAsRestWouldHave() throws Exception {
        String wrong = self(submit(alice, "chat", "{\"model\":\"echo\",\"messages\":\"none\"}"));
        JsonNode job = awaitEnd(alice, wrong);
        assertThat(job.path("state").asText()).isEqualTo("failed");
        assertThat(job.path("attempts").asInt()).isEqualTo(1);
        HttpResponse<String> result = get(alice, wrong + "/result");
        assertThat(result.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(result.body()).at("/error/param").asText()).isEqualTo("messages");

        String unknown = self(submit(alice, "chat", EchoBackend.chat("x").replace("\"echo\"", "\"no\\u0000body\"")));
        awaitEnd(alice, unknown);
        assertThat(get(alice, unknown + "/result").statusCode()).isEqualTo(404);

        String later = self(submit(alice, "image_generation", "{\"prompt\":\"x\"}"));
        awaitEnd(alice, later);
        assertThat(get(alice, later + "/result").statusCode()).isEqualTo(501);
    }

    @Test
    void whatIsWrongInASubmissionIsNamed() throws Exception {
        assertThat(param(post(alice, "{\"payload\":{}}"))).isEqualTo("task");
        assertThat(param(post(alice, "{\"task\":\"dance\",\"payload\":{}}"))).isEqualTo("task");
        assertThat(param(post(alice, "{\"operation\":\"/v1/dance\",\"payload\":{}}")))
                .isEqualTo("operation");
        assertThat(param(post(alice, "{\"task\":\"chat\"}"))).isEqualTo("payload");
        assertThat(param(post(alice, "{\"task\":\"chat\",\"payload\":{},\"priority\":\"now\"}")))
                .isEqualTo("priority");
        assertThat(param(post(alice, "{\"task\":\"chat\",\"payload\":{},\"correlation_id\":\"a\\nb\"}")))
                .isEqualTo("correlation_id");
        assertThat(param(post(alice, "{\"task\":\"chat\",\"payload\":{\"stream\":true}}")))
                .isEqualTo("payload.stream");
        HttpResponse<String> two = submit(alice, "chat", "{},\"correlation_id\":\"a\"", "Idempotency-Key", "b");
        assertThat(param(two)).isEqualTo("correlation_id");
        assertThat(get(alice, "/v1/jobs/none").statusCode()).isEqualTo(404);
        assertThat(param(get(alice, "/v1/jobs?limit=0"))).isEqualTo("limit");
        assertThat(param(get(alice, "/v1/jobs?state=lost"))).isEqualTo("state");
    }

    @Test
    void aCredentialWithScopesSubmitsJobsAndHasThemDoWhatItWasMadeFor() throws Exception {
        String body = "{\"name\":\"bot\",\"owner\":\"bot\",\"scopes\":[\"%s\"]}";
        String chats = JSON.readTree(ask("POST", ADMIN, "/v1/api-keys", body.formatted("chat"))
                        .body())
                .path("key")
                .asText();
        assertThat(submit(chats, "chat", EchoBackend.chat("x")).statusCode()).isEqualTo(403);

        String embeds = JSON.readTree(ask("POST", ADMIN, "/v1/api-keys", body.formatted("jobs\",\"embed"))
                        .body())
                .path("key")
                .asText();
        String chat = self(submit(embeds, "chat", EchoBackend.chat("not allowed")));
        awaitEnd(embeds, chat);
        assertThat(get(embeds, chat + "/result").statusCode()).isEqualTo(403);
        assertThat(backend.asked()).doesNotContain("not allowed");
        String embedding = self(submit(embeds, "embedding", "{\"model\":\"echo\",\"input\":\"a\"}"));
        assertThat(awaitEnd(embeds, embedding).path("state").asText()).isEqualTo("done");
    }

    @Test
    void aStreamedJobHandsItsChunksOnAndKeepsThem() throws Exception {
        Caller caller = new Caller("carol", Set.of(), Set.of(), null, Caller.Kind.USER);
        byte[] payload = EchoBackend.chat("one two three")
                .replace("\"model\"", "\"stream\":true,\"model\"")
                .getBytes(StandardCharsets.UTF_8);
        Jobs jobs = service.bean(Jobs.class);
        Job job = jobs.submit(
                        new NewJob(caller, "amqp", "streamed", JobTask.CHAT, JobPriority.HIGH, payload, null, true))
                .job();
        await().until(() -> jobs.find(job.id()).orElseThrow().state() == JobState.DONE);
        JobAnswer answer = jobs.answer(job.id()).orElseThrow();
        assertThat(answer.streamed()).isTrue();
        StringBuilder text = new StringBuilder();
        for (byte[] part : answer.parts()) {
            JsonNode chunk = JSON.readTree(part);
            assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk");
            text.append(chunk.at("/choices/0/delta/content").asText(""));
        }
        assertThat(text.toString()).isEqualTo("one two three");
    }

    @Test
    void pausedWorkersTakeNothingUntilTheyResume() throws Exception {
        Jobs jobs = service.bean(Jobs.class);
        jobs.pause();
        String self;
        try {
            self = self(submit(alice, "chat", EchoBackend.chat("paused")));
            String behind = self(submit(alice, "chat", EchoBackend.chat("behind")));
            assertThat(JSON.readTree(get(alice, behind).body()).path("ahead").asInt())
                    .isPositive();
            String cancelled = self(submit(alice, "chat", EchoBackend.chat("never")));
            assertThat(JSON.readTree(ask("DELETE", alice, cancelled, null).body())
                            .path("state")
                            .asText())
                    .isEqualTo("cancelled");
            assertThat(JSON.readTree(get(alice, self).body()).path("state").asText())
                    .isEqualTo("queued");
        } finally {
            jobs.resume();
        }
        assertThat(awaitEnd(alice, self).path("state").asText()).isEqualTo("done");
        assertThat(backend.asked()).doesNotContain("never");
    }

    @Test
    void whatAStoppingReplicaDoesNotEndAnotherTakesAtOnce() throws Exception {
        List<String> own = SharedPostgres.freshOptions("jobs_handover");
        RunningService first =
                RunningService.start(Stream.concat(own.stream(), Stream.of(backend.option(), "--shutdown-grace=1s"))
                        .toArray(String[]::new));
        Jobs jobs = first.bean(Jobs.class);
        String text = "wait for the other";
        byte[] payload = EchoBackend.chat(text).getBytes(StandardCharsets.UTF_8);
        Caller caller = new Caller("dave", Set.of(), Set.of(), null, Caller.Kind.USER);
        UUID id = jobs.submit(new NewJob(caller, "rest", "one", JobTask.CHAT, JobPriority.LOW, payload, null, false))
                .job()
                .id();
        await().until(() -> backend.asked().contains(text));
        first.close();
        try (RunningService second = RunningService.start(
                Stream.concat(own.stream(), Stream.of(backend.option())).toArray(String[]::new))) {
            Jobs others = second.bean(Jobs.class);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> backend.asked().stream().filter(text::equals).count() == 2);
            backend.permit(1);
            await().until(() -> others.find(id).orElseThrow().state() == JobState.DONE);
            assertThat(others.find(id).orElseThrow().attempts()).isEqualTo(2);
            // An expired lease would have left its error.
            assertThat(others.find(id).orElseThrow().error()).isNull();
        }
    }

    private static RunningService service(String... more) {
        List<String> options = new ArrayList<>(database);
        options.addAll(List.of("--disable-auth=false", "--bootstrap-api-key=" + ADMIN, backend.option()));
        options.addAll(List.of(more));
        return RunningService.start(options.toArray(String[]::new));
    }

    private static String key(String owner) throws Exception {
        String body = "{\"name\":\"" + owner + "\",\"owner\":\"" + owner + "\"}";
        return JSON.readTree(ask("POST", ADMIN, "/v1/api-keys", body).body())
                .path("key")
                .asText();
    }

    private static JsonNode awaitEnd(String key, String self) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> JSON.readTree(get(key, self).body()),
                        job -> !Set.of("queued", "running")
                                .contains(job.path("state").asText()));
    }

    private static String self(HttpResponse<String> taken) throws Exception {
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
        return JSON.readTree(taken.body()).at("/links/self").asText();
    }

    private static String param(HttpResponse<String> refused) throws Exception {
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        return JSON.readTree(refused.body()).at("/error/param").asText();
    }

    private static HttpResponse<String> submit(String key, String task, String payload, String... headers)
            throws Exception {
        return ask("POST", key, "/v1/jobs", "{\"task\":\"" + task + "\",\"payload\":" + payload + "}", headers);
    }

    private static HttpResponse<String> post(String key, String body) throws Exception {
        return ask("POST", key, "/v1/jobs", body);
    }

    private static HttpResponse<String> get(String key, String path) throws Exception {
        return ask("GET", key, path, null);
    }

    private static HttpResponse<String> ask(String method, String key, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
