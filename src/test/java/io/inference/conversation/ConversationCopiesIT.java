package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.JSON;
import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.embedded.OwnRedis;
import io.inference.embedded.SharedPostgres;
import io.inference.routes.Cookbook;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of conversations in a real Redis, which loses and changes them, on two replicas with one database. */
class ConversationCopiesIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final String GONE = "gone at once";
    private static final String OPEN = "waitDurationInOpenState: 5";
    private static final MemoryBackend backend = new MemoryBackend();

    @TempDir
    static Path folder;

    private static OwnRedis redis;
    private static List<String> database;
    private static RunningService service;
    private static RunningService other;
    private static ConversationCaller alice;
    private static ConversationCaller aliceElsewhere;
    private static ConversationCaller bob;

    @BeforeAll
    static void start() throws Exception {
        redis = new OwnRedis(folder.resolve("redis"));
        database = SharedPostgres.freshOptions("conversation_copies");
        List<String> options = new ArrayList<>(redis.options());
        options.add("--routes-dir=" + routes());
        // Without summaries.
        options.add("--keep-recent-messages=100");
        service = service(options);
        other = service(options, "--redis-message-ttl=7");
        alice = ConversationCaller.of(service, ADMIN, "alice");
        aliceElsewhere = new ConversationCaller(other, alice.key());
        bob = ConversationCaller.of(service, ADMIN, "bob");
    }

    /**
     * Those of the repository. Their circuit breakers are open for a second, which makes the tests shorter, and
     * conversations that begin with {@link #GONE} are deleted while their copy is written.
     */
    private static Path routes() throws Exception {
        Path routes = Files.createDirectory(folder.resolve("routes"));
        Cookbook.restore(routes);
        replace(routes.resolve("read-copy.camel.yaml"), OPEN, OPEN.replace('5', '1'));
        Path write = routes.resolve("write-copy.camel.yaml");
        replace(write, OPEN, OPEN.replace('5', '1'));
        String next = "              - to:\n                  id: look-at-conversation\n";
        replace(write, next, """
                              - to:
                                  id: delete-meanwhile
                                  description: As its owner might just now
                                  uri: sql
                                  parameters:
                                    query: >-
                                      DELETE FROM conversations WHERE title = '%s'
                                      AND id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
                """.formatted(GONE) + next);
        return routes;
    }

    private static void replace(Path file, String old, String by) throws Exception {
        String text = Files.readString(file);
        assertThat(text).containsOnlyOnce(old);
        Files.writeString(file, text.replace(old, by));
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
        service.close();
        other.close();
        redis.close();
    }

    private static RunningService service(List<String> options, String... more) {
        List<String> all = new ArrayList<>(database);
        all.addAll(List.of("--disable-auth=false", "--bootstrap-api-key=" + ADMIN, backend.option()));
        all.addAll(options);
        all.addAll(List.of(more));
        return RunningService.start(all.toArray(String[]::new));
    }

    /** Until both replicas use copies: their first turns have none, since the connection is not there yet. */
    @BeforeEach
    void connect() {
        await().until(() -> usesCopies(alice) && usesCopies(aliceElsewhere));
    }

    private static boolean usesCopies(ConversationCaller caller) throws Exception {
        String id = caller.begin("ready?");
        double before = count(caller, "used");
        id(caller.say(id, "and now?"));
        return count(caller, "used") > before;
    }

    @Test
    void aTurnGetsItsMessagesFromTheCopyThatTheTurnBeforeWrote() throws Exception {
        String id = alice.begin("one");
        awaitCopy(id, 2);
        assertThat(redis.commands().ttl(key(id))).isBetween(179 * 60L, 180 * 60L);
        double used = count(alice, "used");
        double asked = allButUsed(alice);
        id(alice.say(id, "two"));
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two");
        awaitCopy(id, 4);
        HttpResponse<String> streamed =
                alice.post("/v1/chat/completions", chat(id, "a b c").put("stream", true));
        assertThat(streamed.body()).endsWith("data: [DONE]\n\n");
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two", "re: two", "a b c");
        awaitCopy(id, 6);
        id(alice.say(id, "four"));
        assertThat(backend.lastAsked())
                .containsExactly("one", "re: one", "two", "re: two", "a b c", "re: a b c", "four");
        assertThat(count(alice, "used")).isEqualTo(used + 3);
        assertThat(allButUsed(alice)).as("turns that asked PostgreSQL").isEqualTo(asked);
    }

    /** With tool calls, images and signs that JSON escapes. */
    @Test
    void aCopyHoldsWhatPostgresqlReturns() throws Exception {
        String id = alice.begin("call \"a\\b\" \u0001 \uD83D\uDE00");
        awaitCopy(id, 2);
        ObjectNode result = chat(id);
        result.withArray("messages")
                .addObject()
                .put("role", "tool")
                .put(
                        "tool_call_id",
                        alice.messages(id).get(1).at("/tool_calls/0/id").asText())
                .put("content", "42");
        result.withArray("messages")
                .addObject()
                .put("role", "user")
                .putArray("content")
                .add(JSON.createObjectNode().put("type", "text").put("text", "look"))
                .add(JSON.readTree("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + PIXEL + "\"}}"));
        id(alice.post("/v1/chat/completions", result));
        JsonNode asWritten = awaitCopy(id, 5);
        id(alice.say(id, "again"));
        JsonNode fromCopy = backend.asked().getLast();
        awaitCopy(id, 7);
        redis.commands().flushall();
        String branch = alice.messages(id).get(4).path("id").asText();
        id(alice.post("/v1/chat/completions", chat(id, "again").put("parent_message_id", branch)));
        assertThat(backend.asked().getLast()).isEqualTo(fromCopy);
        JsonNode asRead = awaitCopy(id, 9).path("rows");
        for (int i = 0; i < 5; i++) {
            assertThat(asRead.get(i)).isEqualTo(asWritten.path("rows").get(i));
        }
    }

    @Test
    void aSummaryThatLandsEndsTheCopyAndIsInTheNextOne() throws Exception {
        try (RunningService summing =
                service(redis.options(), "--keep-recent-messages=2", "--messages-before-summary=4")) {
            ConversationCaller caller = new ConversationCaller(summing, alice.key());
            await().until(() -> usesCopies(caller));
            String id = caller.begin("one");
            id(caller.say(id, "two"));
            id(caller.say(id, "three"));
            String summaries = "/v1/conversations/" + id + "/summaries";
            await().until(() -> !caller.get(summaries).path("data").isEmpty());
            double used = count(caller, "used");
            id(caller.say(id, "four"));
            assertThat(count(caller, "used"))
                    .as("the copy is of the time before the summary")
                    .isEqualTo(used);
            List<String> prompt = backend.lastAsked();
            assertThat(prompt).hasSize(4).endsWith("three", "re: three", "four");
            assertThat(prompt.getFirst()).startsWith("Earlier messages of this conversation, summarized");
            ObjectNode copy = awaitCopy(id, 8);
            assertThat(copy.path("rows").path(0).path("level").asInt()).isEqualTo(1);
        }
    }

    @Test
    void replicasUseTheCopiesOfEachOther() throws Exception {
        String id = alice.begin("1");
        List<String> said = new ArrayList<>(List.of("1", "re: 1"));
        double used = count(alice, "used") + count(aliceElsewhere, "used");
        for (int i = 2; i <= 9; i++) {
            awaitCopy(id, said.size());
            ConversationCaller caller = i % 2 == 0 ? aliceElsewhere : alice;
            id(caller.say(id, String.valueOf(i)));
            said.add(String.valueOf(i));
            assertThat(backend.lastAsked()).isEqualTo(said);
            said.add("re: " + i);
        }
        assertThat(count(alice, "used") + count(aliceElsewhere, "used")).isEqualTo(used + 8);
        id(aliceElsewhere.say(id, "10"));
        awaitCopy(id, 20);
        assertThat(redis.commands().ttl(key(id))).as("as configured there").isBetween(6 * 60L, 7 * 60L);
    }

    @Test
    void aConversationThatRedisLostIsReadFromPostgresqlAndCopiedAgain() throws Exception {
        String id = alice.begin("one");
        awaitCopy(id, 2);
        redis.commands().flushall();
        double missing = count(alice, "missing");
        id(alice.say(id, "two"));
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two");
        assertThat(count(alice, "missing")).isEqualTo(missing + 1);
        awaitCopy(id, 4);
    }

    /** Each differs in one respect from the copy that would be used. */
    @Test
    void aCopyOfAnotherTimeOrConversationIsNotUsed() throws Exception {
        String id = alice.begin("one");
        ObjectNode early = awaitCopy(id, 2);
        String ofBob = uuid(bob.begin("a secret of Bob")).toString();
        id(alice.say(id, "two"));
        List<String> said = new ArrayList<>(List.of("one", "re: one", "two", "re: two"));
        List<Consumer<ObjectNode>> changes = List.of(
                copy -> copy.put("version", copy.path("version").asInt() + 1),
                // As if the database had been restored from a backup, or were a clone: same numbers, another time.
                copy -> copy.set("changed", early.path("changed")),
                copy -> copy.put("conversation", ofBob),
                copy -> copy.withArray("rows").remove(copy.path("rows").size() - 1),
                copy -> copy.withArray("rows").removeAll(),
                copy -> copy.setAll(early));
        for (Consumer<ObjectNode> change : changes) {
            ObjectNode copy = awaitCopy(id, said.size());
            change.accept(copy);
            plant(id, copy.toString());
            double stale = count(alice, "stale");
            String text = "turn " + said.size();
            id(alice.say(id, text));
            said.add(text);
            assertThat(backend.lastAsked()).as(copy.toString()).isEqualTo(said);
            assertThat(count(alice, "stale")).as(copy.toString()).isEqualTo(stale + 1);
            said.add("re: " + text);
        }
        plant(id, awaitCopy(id, said.size()).toString());
        double used = count(alice, "used");
        id(alice.say(id, "last"));
        assertThat(count(alice, "used")).as("with the unchanged one").isEqualTo(used + 1);
    }

    @Test
    void rubbishIsNotUsed() throws Exception {
        String id = alice.begin("one");
        ObjectNode valid = awaitCopy(id, 2);
        ObjectNode wizard = valid.deepCopy();
        ((ObjectNode) wizard.path("rows").get(1)).put("role", "wizard");
        List<String> said = new ArrayList<>(List.of("one", "re: one"));
        for (String rubbish : List.of(
                "",
                "rubbish",
                "\0",
                "[".repeat(100_000),
                "{}",
                valid.deepCopy().put("format", 2).toString(),
                valid.deepCopy().put("rows", "none").toString(),
                valid.deepCopy().remove("rows").toString(),
                valid + "}",
                wizard.toString())) {
            double unreadable = count(alice, "unreadable");
            awaitCopy(id, said.size());
            plant(id, rubbish);
            String text = "turn " + unreadable;
            id(alice.say(id, text));
            said.add(text);
            assertThat(backend.lastAsked()).as(rubbish).isEqualTo(said);
            said.add("re: " + text);
            assertThat(count(alice, "unreadable")).as(rubbish).isEqualTo(unreadable + 1);
        }
        awaitCopy(id, said.size());
        redis.commands().del(key(id));
        redis.commands().hset(key(id), "no", "text");
        id(alice.say(id, "last"));
        assertThat(backend.lastAsked()).startsWith("one", "re: one").endsWith("last");
        assertThat(awaitCopy(id, said.size() + 2).path("rows")).hasSize(said.size() + 2);
    }

    @Test
    void whatIsDeletedIsDeletedInRedisBeforeTheCallReturns() throws Exception {
        String id = alice.begin("keep");
        awaitCopy(id, 2);
        id(alice.say(id, "forget"));
        awaitCopy(id, 4);
        assertThat(delete(alice, "/" + id + "/messages/" + message(id, 3))).isEqualTo(200);
        assertThat(redis.commands().get(key(id))).isNull();
        id(alice.say(id, "and now"));
        assertThat(backend.lastAsked()).containsExactly("keep", "re: keep", "re: forget", "and now");
        awaitCopy(id, 6);
        assertThat(delete(alice, "/" + id)).isEqualTo(200);
        assertThat(redis.commands().get(key(id))).isNull();

        ConversationCaller carol = ConversationCaller.of(service, ADMIN, "carol");
        String first = carol.begin("x");
        String second = carol.begin("y");
        String ofBob = bob.begin("z");
        awaitCopy(first, 2);
        awaitCopy(second, 2);
        awaitCopy(ofBob, 2);
        assertThat(delete(carol, "")).isEqualTo(200);
        assertThat(redis.commands().exists(key(first), key(second))).isZero();
        assertThat(redis.commands().exists(key(ofBob))).isOne();
    }

    @Test
    void anotherUsersConversationIsNotFoundAndItsCopyNotRead() throws Exception {
        String id = alice.begin("private");
        awaitCopy(id, 2);
        long read = redis.processed("get");
        int asked = backend.asked().size();
        HttpResponse<String> refused = bob.say(id, "what was said?");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(refused.body()).doesNotContain("private");
        assertThat(delete(bob, "/" + id)).isEqualTo(404);
        assertThat(redis.processed("get")).isEqualTo(read);
        assertThat(backend.asked()).hasSize(asked);
        assertThat(redis.commands().exists(key(id))).isOne();
    }

    @Test
    void whileRedisIsAwayAnswersStayRightAndItIsUsedOnceItIsBack() throws Exception {
        String id = alice.begin("1");
        List<String> said = new ArrayList<>(List.of("1", "re: 1"));
        awaitCopy(id, 2);
        double used = count(alice, "used");
        double unavailable = count(alice, "unavailable");
        redis.kill();
        try {
            for (int i = 2; i <= 6; i++) {
                id(alice.say(id, String.valueOf(i)));
                said.add(String.valueOf(i));
                assertThat(backend.lastAsked()).isEqualTo(said);
                said.add("re: " + i);
            }
            assertThat(count(alice, "unavailable")).isEqualTo(unavailable + 5);
            assertThat(count(alice, "used")).isEqualTo(used);
        } finally {
            redis.start();
        }
        await().until(() -> {
            id(alice.say(id, "again"));
            said.add("again");
            assertThat(backend.lastAsked()).isEqualTo(said);
            said.add("re: again");
            return count(alice, "used") > used;
        });
    }

    /** It accepts commands and answers none: each would take as long as the client waits. */
    @Test
    void aRedisThatHangsIsSoonAskedNoMoreAndWhatWasDeletedMeanwhileIsDeletedThereLater() throws Exception {
        String id = alice.begin("1");
        String deleted = alice.begin("forget");
        List<String> said = new ArrayList<>(List.of("1", "re: 1"));
        awaitCopy(id, 2);
        awaitCopy(deleted, 2);
        long read = redis.processed("get");
        Instant halted = Instant.now();
        redis.halt();
        try {
            for (int i = 2; i <= 20; i++) {
                id(alice.say(id, String.valueOf(i)));
                said.add(String.valueOf(i));
                assertThat(backend.lastAsked()).isEqualTo(said);
                said.add("re: " + i);
            }
            assertThat(delete(alice, "/" + deleted)).isEqualTo(200);
        } finally {
            redis.resume();
        }
        // Each waits for half a second, and opens the circuit breaker for one: slow turns may make more of them.
        long most = 2 + Duration.between(halted, Instant.now()).toMillis() / 1500;
        assertThat(redis.processed("get") - read).as("reads of 19 turns").isBetween(1L, Math.max(5, most));
        await().until(() -> redis.commands().exists(key(deleted)) == 0);
    }

    /** A deletion after the last turn is stored, and before the copy is written, finds no copy to delete. */
    @Test
    void aCopyOfAConversationThatWasDeletedMeanwhileDoesNotStay() throws Exception {
        String id = alice.begin(GONE);
        await().until(() -> alice.send("GET", "/v1/conversations/" + id, null).statusCode() == 404);
        // It was written before the row was deleted.
        await().until(() -> redis.commands().exists(key(id)) == 0);
    }

    private static final String PIXEL =
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                    + "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    private static int delete(ConversationCaller caller, String path) throws Exception {
        return caller.send("DELETE", "/v1/conversations" + path, null).statusCode();
    }

    private static String message(String conversation, long seq) {
        return ConversationIds.message(uuid(conversation), seq);
    }

    private static UUID uuid(String conversation) {
        return ConversationIds.conversation(conversation).orElseThrow();
    }

    private static String key(String conversation) {
        return "inference:conversation:" + uuid(conversation) + ":messages";
    }

    private static void plant(String conversation, String value) {
        redis.commands().set(key(conversation), value);
    }

    /** The copy whose last message has that number. */
    private static ObjectNode awaitCopy(String conversation, long seq) throws Exception {
        await().until(() -> {
            String text = redis.commands().get(key(conversation));
            return text != null && text.startsWith("{\"format\"") && last(text) == seq;
        });
        return (ObjectNode) JSON.readTree(redis.commands().get(key(conversation)));
    }

    private static long last(String copy) throws Exception {
        JsonNode rows = JSON.readTree(copy).path("rows");
        return rows.path(rows.size() - 1).path("seq").asLong();
    }

    private static double count(ConversationCaller caller, String result) {
        return caller.service()
                .bean(MeterRegistry.class)
                .get("inference.conversation.copies")
                .tag("result", result)
                .counter()
                .count();
    }

    private static double allButUsed(ConversationCaller caller) {
        return Stream.of("missing", "stale", "unreadable", "unavailable")
                .mapToDouble(result -> count(caller, result))
                .sum();
    }
}
