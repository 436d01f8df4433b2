package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.embedded.InstalledPostgres;
import io.inference.embedded.OwnRedis;
import io.inference.image.SamplePictures;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * The commands of the runbook for backup and restore, while the service works, and with database and volume lost. What
 * they do in a cluster happens to the service of this test: {@code k exec} runs here, {@code k scale} stops and starts
 * it, and the Secret is its encryption key.
 */
class BackupIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final String INTERNAL = "internal-key-".repeat(3);
    private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\\n(.*?)```");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private final MemoryBackend backend = new MemoryBackend();
    private String encryptionKey = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
    private Path images;
    private InstalledPostgres postgres;
    private OwnRedis redis;
    private RunningService service;
    private ConversationCaller alice;

    @BeforeEach
    void start() throws Exception {
        InstalledPostgres.assumeInstalled();
        postgres = new InstalledPostgres(folder.resolve("postgres"));
        redis = new OwnRedis(folder.resolve("redis"));
        images = Files.createDirectory(folder.resolve("images"));
        sh("createdb inference");
        startService();
        alice = ConversationCaller.of(service, ADMIN, "alice");
    }

    @AfterEach
    void stop() throws Exception {
        if (postgres != null) {
            service.close();
            redis.close();
            postgres.close();
        }
        backend.close();
    }

    private void startService() {
        List<String> options = new ArrayList<>(postgres.options("inference"));
        options.addAll(redis.options());
        options.addAll(List.of(
                "--disable-auth=false",
                "--bootstrap-api-key=" + ADMIN,
                "--internal-api-key=" + INTERNAL,
                "--encryption-key=" + encryptionKey,
                "--image-dir=" + images,
                "--image-min-free-space=1MB",
                "--shutdown-grace=1s",
                backend.option()));
        service = RunningService.start(options.toArray(String[]::new));
    }

    @Test
    void theRunbooksCommandsBringBackWhatCallersHad() throws Exception {
        String conversation = alice.begin(12, "On day %d the budget was $500.");
        awaitSummary(conversation);
        List<String> log = alice.log(conversation);
        JsonNode summaries = alice.get("/v1/conversations/" + conversation + "/summaries");
        String picture = upload(1);
        byte[] bytes = content(picture).body();
        String deleted = upload(2);
        String job = submit("a job");
        await().atMost(PATIENCE).until(() -> result(job).statusCode() == 200);
        String result = result(job).body();
        String running = submit("wait for the restore");
        await().atMost(PATIENCE).until(() -> backend.wasAsked("wait for the restore"));

        List<String> commands = commands();
        assertThat(commands).hasSize(2);
        String late = "";
        for (String line : lines(commands.get(0))) {
            if (line.startsWith("k exec")) {
                late = upload(3);
                assertThat(alice.send("DELETE", "/v1/images/" + deleted, null).statusCode())
                        .isLessThan(300);
            }
            run(line);
        }
        // What happens after the backup is lost; a copy of it stays in Redis.
        alice.say(conversation, "Said after the backup.");
        assertThat(alice.log(conversation)).hasSize(log.size() + 2);
        service.close();
        postgres.lose();
        FileSystemUtils.deleteRecursively(images);
        Files.createDirectory(images);
        encryptionKey = "";
        for (String line : lines(commands.get(1))) {
            run(line);
            if (line.endsWith("--replicas=1")) {
                assertThat(content(picture).statusCode()).isEqualTo(503);
            }
        }

        alice = new ConversationCaller(service, alice.key());
        assertThat(alice.log(conversation)).isEqualTo(log);
        assertThat(alice.get("/v1/conversations/" + conversation + "/summaries"))
                .isEqualTo(summaries);
        HttpResponse<String> next = alice.say(conversation, "And now?");
        assertThat(next.headers().firstValue("X-Conversation-Summarized")).contains("6");
        assertThat(backend.lastAsked().toString()).contains("On day 12").doesNotContain("Said after the backup.");
        assertThat(result(job).body()).isEqualTo(result);
        backend.permit(10);
        await().atMost(PATIENCE).until(() -> result(running).statusCode() == 200);

        await().atMost(PATIENCE).until(() -> content(picture).statusCode() == 200);
        assertThat(content(picture).body()).isEqualTo(bytes);
        assertThat(content(late).statusCode()).isEqualTo(404);
        // What was deleted between dump and copy, and what came then.
        // If the first look at them came before the images were back, the next one follows a minute later.
        await().atMost(PATIENCE.multipliedBy(3)).until(() -> repaired("row") + repaired("file") == 2);
        assertThat(repaired("row")).isEqualTo(1);
        assertThat(content(deleted).statusCode()).isEqualTo(404);
        JsonNode cleanUp = JSON.readTree(CLIENT.send(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + "/internal/image-clean-up"))
                                .header("X-API-Key", INTERNAL)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
        for (String what : List.of("files_without_row", "rows_without_file", "temporary", "unknown")) {
            assertThat(cleanUp.path(what).isArray()).as(what).isTrue();
            assertThat(cleanUp.path(what)).as(what).isEmpty();
        }
    }

    /** 0 before the first look as well, which makes the counter. */
    private double repaired(String what) {
        Counter counter = service.bean(MeterRegistry.class)
                .find("inference.images.repaired")
                .tag("what", what)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private static List<String> commands() throws Exception {
        String text = Files.readString(Path.of("src/docs/RUNBOOK.md"));
        return COMMANDS.matcher(text.substring(text.indexOf("## Backup and restore\n")))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static List<String> lines(String commands) {
        return commands.lines().filter(line -> !line.startsWith("```")).toList();
    }

    private void run(String line) throws Exception {
        if (line.startsWith("k scale") && line.endsWith("=0")) {
            service.close();
        } else if (line.startsWith("k scale") && line.endsWith("=1")) {
            startService();
        } else if (line.startsWith("k get secret")) {
            Files.writeString(folder.resolve("secret.yaml"), encryptionKey);
        } else if (line.startsWith("k apply")) {
            encryptionKey = Files.readString(folder.resolve("secret.yaml"));
        } else {
            sh(line);
        }
    }

    private void sh(String command) throws Exception {
        String here = "k() { while [ \"$1\" != -- ]; do shift; done; shift; \"$@\"; }\n";
        ProcessBuilder shell = new ProcessBuilder("sh", "-euc", here + command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        shell.environment().put("PATH", postgres.tools() + ":" + System.getenv("PATH"));
        shell.environment().put("PGHOST", "127.0.0.1");
        shell.environment().put("PGPORT", "" + postgres.port());
        shell.environment().put("PGUSER", "postgres");
        shell.environment().put("IMAGE_DIR", images.toString());
        assertThat(shell.start().waitFor())
                .as(command + "\n" + Files.readString(folder.resolve("output")))
                .isZero();
    }

    private void awaitSummary(String conversation) {
        await().atMost(PATIENCE)
                .until(() -> !alice.get("/v1/conversations/" + conversation + "/summaries")
                        .path("data")
                        .isEmpty());
    }

    private String upload(int seed) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/images"))
                .header("Authorization", "Bearer " + alice.key())
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(SamplePictures.png(8, 8, seed)))
                .build();
        HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return JSON.readTree(answer.body()).path("id").asText();
    }

    private HttpResponse<byte[]> content(String picture) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(service.baseUrl() + "/v1/images/" + picture + "/content"))
                .header("Authorization", "Bearer " + alice.key())
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Returns the path of the job. */
    private String submit(String text) throws Exception {
        ObjectNode job = JSON.createObjectNode().put("task", "chat");
        job.set("payload", ConversationCaller.chat(null, text));
        HttpResponse<String> answer = alice.post("/v1/jobs", job);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body()).at("/links/self").asText();
    }

    private HttpResponse<String> result(String job) throws Exception {
        return new ConversationCaller(service, alice.key()).send("GET", job + "/result", null);
    }
}
