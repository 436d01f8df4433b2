package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.conversation.store.ReencryptProcessor;
import io.inference.conversation.store.TextCipher;
import io.inference.database.Database;
import io.inference.embedded.OwnRedis;
import io.inference.embedded.SharedPostgres;
import io.inference.job.Jobs;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What of a conversation is found where, with and without encryption, before and after its deletion. */
@ExtendWith(OutputCaptureExtension.class)
class ConversationPrivacyIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final byte[] ONE = new byte[32];
    private static final byte[] TWO = "a key of two and thirty bytes ..".getBytes(StandardCharsets.UTF_8);
    private static final String ONE_TEXT = "00".repeat(32);
    private static final String TWO_TEXT = Base64.getEncoder().encodeToString(TWO);
    private static final MemoryBackend backend = new MemoryBackend();

    @TempDir
    static Path folder;

    private static OwnRedis redis;
    private static List<String> database;
    private static RunningService plain;
    private static RunningService encrypted;

    @BeforeAll
    static void start() throws Exception {
        redis = new OwnRedis(folder.resolve("redis"));
        database = SharedPostgres.freshOptions("conversation_privacy");
        // From its first sweep on each encrypts only what it stores: the other one does not have its key. One after the
        // other: a sweep that finds the other at it ends, and the next one is in a day.
        plain = service("--conversation-sweep-period=1d");
        await().until(() -> outdated(plain) == 0);
        // It cannot read what the other one has stored, which it would be to summarize.
        plain.bean(Jobs.class).pause();
        encrypted = service("--conversation-sweep-period=1d", "--encryption-key=" + ONE_TEXT);
        await().until(() -> outdated(encrypted) == 0);
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
        plain.close();
        encrypted.close();
        redis.close();
    }

    private static RunningService service(String... more) {
        List<String> options = new ArrayList<>(database);
        options.addAll(List.of("--disable-auth=false", "--bootstrap-api-key=" + ADMIN, backend.option()));
        options.addAll(redis.options());
        options.addAll(List.of(more));
        return RunningService.start(options.toArray(String[]::new));
    }

    private static ConversationCaller caller(RunningService service, String name) throws Exception {
        return ConversationCaller.of(service, ADMIN, name);
    }

    /** A conversation that has the word wherever it can hold a text; its first message is a user's. */
    private static String plant(ConversationCaller caller, String word) throws Exception {
        String id = caller.begin(word + " begins");
        ObjectNode metadata = ConversationCaller.JSON.createObjectNode();
        metadata.putObject("metadata").put(word + "-name", word + "-value");
        assertThat(caller.post("/v1/conversations/" + id, metadata).statusCode())
                .isEqualTo(200);
        JsonNode body = ConversationCaller.JSON.readTree("""
                {"model": "echo", "conversation_id": "%s", "messages": [
                  {"role": "user", "name": "W", "W-field": "W", "content": [
                    {"type": "text", "text": "W part", "W-field": 1},
                    {"type": "image_url", "image_url": {"url": "https://example.org/W.png", "detail": "low"}}]},
                  {"role": "assistant", "tool_calls": [{"id": "W-id", "type": "function",
                    "function": {"name": "W", "arguments": "{\\"city\\":\\"W\\"}"}, "W-field": "W"}]},
                  {"role": "tool", "tool_call_id": "W-id", "content": "W result"}]}
                """.formatted(id).replace("W", word));
        assertThat(id(caller.post("/v1/chat/completions", body))).isEqualTo(id);
        return id;
    }

    @Test
    void nothingIsLeftOfWhatItsOwnerDeleted() throws Exception {
        ConversationCaller ada = caller(plain, "ada");
        ConversationCaller bob = caller(plain, "bob");
        String kept = plant(bob, "keepword");
        List<String> traces = StoredTraces.of(plain, "keepword");
        assertThat(traces)
                .as("the search finds what is there")
                .contains(
                        "conversations.title",
                        "conversations.metadata",
                        "conversations.search",
                        "conversation_messages.content",
                        "conversation_messages.name",
                        "conversation_messages.tool_call_id",
                        "conversation_messages.images",
                        "conversation_messages.tool_calls",
                        "conversation_messages.details",
                        "conversation_messages.search");

        String first = ada.begin("messageword is my secret");
        assertThat(StoredTraces.of(plain, "messageword")).contains("conversations.title", "conversations.search");
        for (JsonNode message : ada.messages(first)) {
            String path = "/v1/conversations/" + first + "/messages/"
                    + message.path("id").asText();
            assertThat(ada.send("DELETE", path, null).statusCode()).isEqualTo(200);
        }
        assertNothingIsLeftOf("messageword");

        String second = plant(ada, "conversationword");
        assertThat(ada.send("DELETE", "/v1/conversations/" + second, null).statusCode())
                .isEqualTo(200);
        assertNothingIsLeftOf("conversationword");

        String third = plant(ada, "firstword");
        String fourth = plant(ada, "secondword");
        assertThat(third).isNotEqualTo(fourth);
        assertThat(ada.send("DELETE", "/v1/conversations", null).body()).contains("\"deleted\":3");
        assertNothingIsLeftOf("firstword");
        assertNothingIsLeftOf("secondword");
        assertThat(StoredTraces.of(plain, "keepword")).isEqualTo(traces);
        assertThat(bob.log(kept)).hasSize(6);
    }

    /** No row at once; a copy in Redis that was still being written is removed after that. */
    private static void assertNothingIsLeftOf(String word) throws Exception {
        assertThat(StoredTraces.of(plain, word)).allMatch(trace -> trace.startsWith("inference:conversation:"));
        await().untilAsserted(() -> assertThat(StoredTraces.of(plain, word)).isEmpty());
    }

    /** In a database of its own: any replica may make a summary, and here they have different keys. */
    @Test
    void aSummaryIsAsPrivateAsWhatItCovers() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("summary_privacy"));
        options.addAll(List.of("--disable-auth=false", "--bootstrap-api-key=" + ADMIN, backend.option()));
        options.add("--encryption-key=" + ONE_TEXT);
        try (RunningService own = RunningService.start(options.toArray(String[]::new))) {
            ConversationCaller ada = caller(own, "summarized");
            String id = ada.begin("spanword 1");
            for (int i = 2; i <= 7; i++) {
                id(ada.say(id, "spanword " + i));
            }
            String summaries = "/v1/conversations/" + id + "/summaries";
            await().until(() -> !ada.get(summaries).path("data").isEmpty());
            assertThat(ada.get(summaries).at("/data/0/text").asText()).contains("spanword");
            assertThat(rows(own)).isPositive();
            assertThat(StoredTraces.of(own, "spanword")).isEmpty();
            assertThat(ada.send("DELETE", "/v1/conversations/" + id, null).statusCode())
                    .isEqualTo(200);
            assertThat(rows(own)).isZero();
        }
    }

    private static int rows(RunningService service) {
        return service.bean(Database.class)
                .call(client -> client.sql("SELECT count(*) FROM conversation_summaries WHERE sealed_by <> ''")
                        .query(Integer.class)
                        .single());
    }

    @Test
    void whatIsSaidIsNotLogged(CapturedOutput output) throws Exception {
        ConversationCaller ada = caller(plain, "logged");
        String id = plant(ada, "logword");
        id(ada.post("/v1/chat/completions", chat(id, "a logword stream").put("stream", true)));
        assertThat(ada.say(id, "fail logword").statusCode()).isEqualTo(502);
        assertThat(ada.send("GET", "/v1/conversations?q=logword", null).body()).contains(id);
        assertThat(ada.send("DELETE", "/v1/conversations/" + id, null).statusCode())
                .isEqualTo(200);
        await().until(() -> output.getAll().contains("caller=logged"));
        assertThat(output.getAll()).doesNotContainIgnoringCase("logword").doesNotContain(TWO_TEXT, ONE_TEXT);
    }

    @Test
    void aMessageIsLoadedAsItWasSent() throws Exception {
        for (RunningService service : List.of(plain, encrypted)) {
            ConversationCaller ada = caller(service, "sender");
            JsonNode body = ConversationCaller.JSON.readTree("""
                    {"model": "echo", "conversation_id": "new", "messages": [
                      {"role": "developer", "content": "Be brief."},
                      {"role": "user", "content": [
                        {"type": "text", "text": "one ", "cache_control": {"type": "ephemeral"}},
                        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
                        {"type": "text", "text": "two"}]},
                      {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function",
                        "function": {"name": "f", "arguments": "{}"},
                        "extra_content": {"google": {"thought_signature": "abc"}}}]},
                      {"role": "tool", "tool_call_id": "call_1", "content": "done"}]}
                    """);
            String id = id(ada.post("/v1/chat/completions", body));
            JsonNode sent = backend.asked().getLast();
            id(ada.say(id, "and now?"));
            JsonNode loaded = backend.asked().getLast();
            for (int i = 0; i < sent.size(); i++) {
                assertThat(loaded.get(i)).isEqualTo(sent.get(i));
            }
        }
    }

    @Test
    void encryptedNothingIsFoundButByItsOwner() throws Exception {
        ConversationCaller ada = caller(encrypted, "searcher");
        ConversationCaller bob = caller(encrypted, "other searcher");
        String id = plant(ada, "sealedword");
        assertThat(StoredTraces.of(plain, "sealedword")).isEmpty();

        JsonNode conversation = ada.get("/v1/conversations/" + id);
        assertThat(conversation.path("title").asText()).isEqualTo("sealedword begins");
        assertThat(conversation.at("/metadata/sealedword-name").asText()).isEqualTo("sealedword-value");
        assertThat(ada.log(id))
                .contains("user: sealedword begins", "assistant: re: sealedword begins", "user: sealedword part");
        id(ada.say(id, "what did I say?"));
        assertThat(backend.lastAsked()).contains("sealedword begins", "sealedword result", "what did I say?");

        assertThat(found(ada, "SealedWord begins")).containsExactly(id);
        assertThat(found(ada, "sealedword%20result")).containsExactly(id);
        assertThat(found(ada, "begins result")).as("not in one message").isEmpty();
        assertThat(found(ada, "!!")).isEmpty();
        assertThat(found(bob, "sealedword")).isEmpty();
        ObjectNode title = ConversationCaller.JSON.createObjectNode().put("title", "renamedword");
        assertThat(ada.post("/v1/conversations/" + id, title).statusCode()).isEqualTo(200);
        assertThat(found(ada, "renamedword")).containsExactly(id);
        assertThat(StoredTraces.of(plain, "renamedword")).isEmpty();

        var first = ada.messages(id).getFirst().path("id").asText();
        assertThat(ada.send("DELETE", "/v1/conversations/" + id + "/messages/" + first, null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(found(ada, "sealedword begins")).as("what remains has them").containsExactly(id);
        assertThat(ada.get("/v1/conversations/" + id).path("title").asText()).isEqualTo("renamedword");
    }

    private static List<String> found(ConversationCaller caller, String words) throws Exception {
        return caller.get("/v1/conversations?q=" + words.replace(" ", "+"))
                .path("data")
                .findValuesAsText("id");
    }

    @Test
    void withoutTheKeyOneConversationFailsAndTheOthersGoOn() throws Exception {
        ConversationCaller ada = caller(plain, "keyless");
        String open = ada.begin("an open text");
        ConversationCaller withKey = new ConversationCaller(encrypted, ada.key());
        String sealed = withKey.begin("a sealed text");
        assertThat(withKey.log(open)).containsExactly("user: an open text", "assistant: re: an open text");

        for (HttpResponse<String> answer : List.of(
                ada.send("GET", "/v1/conversations/" + sealed, null),
                ada.send("GET", "/v1/conversations/" + sealed + "/messages", null),
                ada.send("GET", "/v1/conversations/" + sealed + "/export", null),
                ada.say(sealed, "and now?"))) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body()).contains("ENCRYPTION_KEY").doesNotContain("enc:1", ONE_TEXT);
        }
        JsonNode list = ada.get("/v1/conversations").path("data");
        assertThat(list.findValuesAsText("id")).containsExactly(sealed, open);
        assertThat(list.findValuesAsText("title")).containsExactly("", "an open text");
        id(ada.say(open, "another one"));

        List<JsonNode> lines = export(ada);
        assertThat(lines)
                .filteredOn(line -> line.path("object").asText().equals("error"))
                .singleElement()
                .satisfies(line -> assertThat(line.path("id").asText()).isEqualTo(sealed));
        assertThat(lines).hasSize(1 + 1 + 4);

        String first = withKey.messages(sealed).getFirst().path("id").asText();
        assertThat(ada.send("DELETE", "/v1/conversations/" + sealed + "/items/" + first, null)
                        .statusCode())
                .as("deleted, although its key is not there")
                .isEqualTo(200);
        assertThat(ada.get("/v1/conversations/" + sealed).path("title").asText())
                .isEmpty();
        assertThat(withKey.log(sealed)).containsExactly("assistant: re: a sealed text");
    }

    @Test
    void aTextThatWasMovedIsNotShown() throws Exception {
        ConversationCaller ada = caller(encrypted, "moved");
        String id = ada.begin("to be moved");
        int moved = encrypted
                .bean(Database.class)
                .<Integer>call(client -> client.sql("""
                                UPDATE conversation_messages AS m SET content = o.content
                                FROM conversation_messages AS o
                                WHERE m.conversation_id = o.conversation_id AND m.seq = 1 AND o.seq = 2
                                    AND m.conversation_id = ?::uuid
                                """)
                        .param(ConversationIds.conversation(id).orElseThrow().toString())
                        .update());
        assertThat(moved).isEqualTo(1);
        HttpResponse<String> answer = ada.send("GET", "/v1/conversations/" + id + "/messages", null);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("cannot be decrypted").doesNotContain("to be moved");
        assertThat(ada.send("DELETE", "/v1/conversations/" + id, null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void keysAreReplacedWhileTheServiceRuns(CapturedOutput output) throws Exception {
        ConversationCaller ada = caller(plain, "rotated");
        String open = plant(ada, "openword");
        String sealed = plant(new ConversationCaller(encrypted, ada.key()), "oldkeyword");
        String one = new TextCipher(List.of(ONE)).keyId();
        String two = new TextCipher(List.of(TWO)).keyId();
        try (RunningService rotating =
                service("--encryption-key=" + TWO_TEXT + "," + ONE_TEXT, "--conversation-sweep-period=100ms")) {
            await().until(() -> outdated(rotating) == 0);
            await().until(() -> keysInUse().equals(List.of(two)));
            // Copies in Redis go after the rows.
            await().until(() -> StoredTraces.of(plain, "openword").isEmpty());
            await().until(() -> StoredTraces.of(plain, "oldkeyword").isEmpty());
            // The sweep looks once more before it says so.
            String done = "encrypted under the key " + two + "; not yet, by the ids of their keys: {}";
            await().untilAsserted(() -> assertThat(output.getAll()).contains(done));
            assertThat(output.getAll()).doesNotContain(ONE_TEXT, TWO_TEXT);
            ConversationCaller rotated = new ConversationCaller(rotating, ada.key());
            assertThat(found(rotated, "openword begins")).containsExactly(open);
            assertThat(found(rotated, "oldkeyword result")).containsExactly(sealed);

            // A replica that still has the old key first. The timer waits, else it changes the rows as they are stored.
            RouteController routes = rotating.bean(CamelContext.class).getRouteController();
            routes.suspendRoute("reencrypt-conversations");
            String late = new ConversationCaller(encrypted, ada.key()).begin("lateword");
            assertThat(keysInUse()).containsExactlyInAnyOrder(one, two);
            assertThat(found(rotated, "lateword")).containsExactly(late);
            routes.resumeRoute("reencrypt-conversations");
            await().until(() -> keysInUse().equals(List.of(two)));
            assertThat(rotated.log(late)).contains("user: lateword");
        }

        reencrypt(new TextCipher(List.of(TextCipher.NONE, ONE)));
        assertThat(keysInUse()).as("rows of a key that is missing stay").containsExactly(two);
        reencrypt(new TextCipher(List.of(TextCipher.NONE, TWO)));
        assertThat(keysInUse()).containsExactly("");
        assertThat(ada.log(sealed)).contains("user: oldkeyword begins", "tool: oldkeyword result");
        assertThat(ada.get("/v1/conversations/" + sealed)
                        .at("/metadata/oldkeyword-name")
                        .asText())
                .isEqualTo("oldkeyword-value");
        assertThat(found(ada, "oldkeyword result")).containsExactly(sealed);
    }

    private static double outdated(RunningService service) {
        return service.bean(MeterRegistry.class)
                .get("inference.conversations.outdated")
                .gauge()
                .value();
    }

    private static List<String> keysInUse() {
        return plain.bean(Database.class)
                .call(client -> client.sql("""
                        SELECT sealed_by FROM conversations UNION SELECT sealed_by FROM conversation_messages
                        """).query(String.class).list());
    }

    private static void reencrypt(TextCipher cipher) throws Exception {
        try (var context = new DefaultCamelContext()) {
            var processor = new ReencryptProcessor(plain.bean(Database.class).dataSource(), cipher, changed -> {});
            var exchange = new DefaultExchange(context);
            do {
                processor.process(exchange);
            } while (!exchange.getMessage().getHeaders().equals(Map.of("InferenceRows", 0)));
        }
    }

    @Test
    void allOfACallersConversationsAreExportedInOne() throws Exception {
        ConversationCaller ada = caller(encrypted, "exporter");
        caller(encrypted, "another exporter").begin("not in it");
        assertThat(export(ada)).isEmpty();
        String first = plant(ada, "exportword");
        String second = ada.begin("a question");
        JsonNode branch = chat(second, "another question").put("parent_message_id", "root");
        id(ada.post("/v1/chat/completions", branch));
        String third = ada.begin("1");
        ObjectNode items = ConversationCaller.JSON.createObjectNode();
        for (int i = 0; i < 20; i++) {
            items.withArray("items")
                    .addObject()
                    .put("type", "message")
                    .put("role", "user")
                    .put("content", "more " + i);
        }
        assertThat(ada.post("/v1/conversations/" + third + "/items", items).statusCode())
                .isEqualTo(200);

        awaitSummary(ada, third);
        HttpResponse<String> answer = ada.send("GET", "/v1/conversations/export", null);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(answer.headers().firstValue("Content-Length"))
                .as("it is not held whole")
                .isEmpty();
        List<JsonNode> lines = export(ada);
        List<String> expected = new ArrayList<>();
        for (String id : List.of(first, second, third).stream().sorted().toList()) {
            expected.add(ada.get("/v1/conversations/" + id).toString());
            ada.messages(id).forEach(message -> expected.add(message.toString()));
            ada.get("/v1/conversations/" + id + "/summaries?limit=100")
                    .path("data")
                    .forEach(summary -> expected.add(summary.toString()));
        }
        assertThat(lines).extracting(JsonNode::toString).containsExactlyElementsOf(expected);
        assertThat(lines).filteredOn(line -> line.has("role")).hasSize(6 + 4 + 22);
        assertThat(lines)
                .filteredOn(line -> line.path("object").asText().equals("conversation.summary"))
                .isNotEmpty();
        assertThat(ada.send("GET", "/v1/conversations/" + third + "/export", null)
                        .body()
                        .lines())
                .hasSizeGreaterThan(23);
        assertThat(ada.send("GET", "/v1/conversations/unknown/export", null).statusCode())
                .isEqualTo(404);
    }

    /** Waits until a conversation has a summary, and none is being made. */
    private static void awaitSummary(ConversationCaller caller, String id) {
        await().untilAsserted(() -> {
            assertThat(caller.get("/v1/conversations/" + id + "/summaries").path("data"))
                    .isNotEmpty();
            assertThat(encrypted
                            .bean(Database.class)
                            .<Integer>call(client -> client.sql("SELECT count(*)::int FROM jobs WHERE ended_at IS NULL")
                                    .query(Integer.class)
                                    .single()))
                    .isZero();
        });
    }

    private static List<JsonNode> export(ConversationCaller caller) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        HttpResponse<String> answer = caller.send("GET", "/v1/conversations/export", null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        for (String line : answer.body().lines().toList()) {
            lines.add(ConversationCaller.JSON.readTree(line));
        }
        return lines;
    }
}
