package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.conversations.items.ItemCreateParams;
import com.openai.models.responses.EasyInputMessage;
import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.job.Jobs;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Stored conversations through the REST door of two replicas, with a real database and a stub backend. */
class ConversationsIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final MemoryBackend backend = new MemoryBackend();

    private static RunningService service;
    private static List<String> database;
    private static RunningService elsewhere;
    private static ConversationCaller alice;
    private static ConversationCaller bob;
    private static ConversationCaller aliceElsewhere;

    @BeforeAll
    static void start() throws Exception {
        database = SharedPostgres.freshOptions("conversations");
        service = service();
        // It waits less than the 20 s of a lease: a turn that it waits for has ended by itself.
        elsewhere = service("--conversation-wait=15s", "--redis-enabled=false");
        alice = ConversationCaller.of(service, ADMIN, "alice");
        bob = ConversationCaller.of(service, ADMIN, "bob");
        aliceElsewhere = new ConversationCaller(elsewhere, alice.key());
    }

    @AfterAll
    static void stop() {
        backend.close();
        service.close();
        elsewhere.close();
    }

    private static RunningService service(String... more) {
        List<String> options = new ArrayList<>(database);
        options.addAll(List.of("--disable-auth=false", "--bootstrap-api-key=" + ADMIN, backend.option()));
        options.addAll(List.of(more));
        return RunningService.start(options.toArray(String[]::new));
    }

    @Test
    void theModelGetsWhatWasSaidBeforeAndTheCallerSendsOnlyWhatIsNew() throws Exception {
        String id = alice.begin("one");
        assertThat(id).startsWith("conv_");
        HttpResponse<String> second =
                alice.send("POST", "/v1/chat/completions", chat(null, "two").toString(), "X-Conversation-Id", id);
        assertThat(id(second)).isEqualTo(id);
        assertThat(ConversationCaller.JSON
                        .readTree(second.body())
                        .path("conversation_id")
                        .asText())
                .isEqualTo(id);
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two");

        assertThat(alice.log(id)).containsExactly("user: one", "assistant: re: one", "user: two", "assistant: re: two");
        List<JsonNode> messages = alice.messages(id);
        assertThat(messages)
                .allSatisfy(
                        message -> assertThat(message.path("status").asText()).isEqualTo("completed"));
        JsonNode answer = messages.get(3);
        assertThat(answer.path("model").asText()).isEqualTo(MemoryBackend.MODEL);
        assertThat(answer.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(10);
        assertThat(answer.path("parent_message_id").asText())
                .isEqualTo(messages.get(2).path("id").asText());
        JsonNode conversation = alice.get("/v1/conversations/" + id);
        assertThat(conversation.path("message_count").asInt()).isEqualTo(4);
        assertThat(conversation.path("title").asText()).isEqualTo("one");
        assertThat(conversation.path("last_message_id").asText())
                .isEqualTo(answer.path("id").asText());
    }

    @Test
    void aReplicaWithoutRedisReadsWhatWasSaidFromPostgresql() throws Exception {
        String id = aliceElsewhere.begin("one");
        id(alice.say(id, "two"));
        id(aliceElsewhere.say(id, "three"));
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two", "re: two", "three");
        assertThat(elsewhere
                        .bean(MeterRegistry.class)
                        .get("inference.conversation.copies")
                        .counters())
                .allSatisfy(counter -> assertThat(counter.count()).isZero());
    }

    @Test
    void withoutAConversationNothingIsStored() throws Exception {
        ConversationCaller carol = ConversationCaller.of(service, ADMIN, "carol");
        HttpResponse<String> answer = carol.say(null, "forget me");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Conversation-Id")).isEmpty();
        assertThat(answer.body()).doesNotContain("conversation_id");
        assertThat(carol.get("/v1/conversations").path("data")).isEmpty();
    }

    @Test
    void aStreamIsStoredWhenItsReaderHasItsEnd() throws Exception {
        HttpResponse<String> streamed =
                alice.post("/v1/chat/completions", chat("new", "a b c").put("stream", true));
        String id = id(streamed);
        assertThat(streamed.body())
                .contains("\"conversation_id\":\"" + id + "\"")
                .endsWith("data: [DONE]\n\n");
        assertThat(alice.log(id)).containsExactly("user: a b c", "assistant: re: a b c");
        assertThat(alice.messages(id).get(1).at("/usage/prompt_tokens").asInt()).isEqualTo(7);
    }

    @Test
    void whatWasStreamedBeforeADisconnectIsKeptAndMarked() throws Exception {
        String id = readAndLeave("pause and go");
        await().until(() -> alice.messages(id).size() == 2);
        JsonNode part = alice.messages(id).get(1);
        assertThat(part.path("status").asText()).isEqualTo("incomplete");
        assertThat(part.path("error").asText()).isEqualTo("cancelled");
        assertThat(part.path("finish_reason").isNull()).isTrue();
        assertThat(part.at("/content/0/text").asText()).isEqualTo("re: ");
        backend.resume(1);

        id(alice.say(id, "again"));
        assertThat(backend.lastAsked()).containsExactly("pause and go", "re: ", "again");
    }

    private static String readAndLeave(String text) throws Exception {
        try (HttpClient own = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> stream = own.send(
                    alice.request(
                            "POST",
                            "/v1/chat/completions",
                            chat("new", text).put("stream", true).toString()),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).startsWith("data: ");
            }
            own.shutdownNow();
            return id(stream);
        }
    }

    @Test
    void whatWasStreamedBeforeAFailureIsKeptAndMarked() throws Exception {
        HttpResponse<String> broken =
                alice.post("/v1/chat/completions", chat("new", "break it now").put("stream", true));
        assertThat(broken.body()).contains("event: error");
        String id = id(broken);
        await().until(() -> alice.messages(id).size() == 2);
        JsonNode part = alice.messages(id).get(1);
        assertThat(part.path("error").asText()).isEqualTo("backend_failed");
        assertThat(part.at("/content/0/text").asText()).startsWith("re: ");
    }

    @Test
    void aChatThatFailsLeavesItsConversationAsItWas() throws Exception {
        ConversationCaller dave = ConversationCaller.of(service, ADMIN, "dave");
        assertThat(dave.say("new", "fail").statusCode()).isEqualTo(502);
        assertThat(dave.get("/v1/conversations").path("data")).isEmpty();
        String id = dave.begin("one");
        assertThat(dave.say(id, "fail").statusCode()).isEqualTo(502);
        assertThat(dave.log(id)).hasSize(2);
        // It is free at once.
        assertThat(new ConversationCaller(elsewhere, dave.key()).say(id, "two").statusCode())
                .isEqualTo(200);
    }

    @Test
    void twentyCallersOfOneConversationComeOneAfterTheOther() throws Exception {
        String id = alice.begin("start");
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ConversationCaller caller = new ConversationCaller(service, alice.key());
            String text = "guest " + i;
            boolean streamed = i % 2 == 0;
            calls.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return caller.post(
                                            "/v1/chat/completions",
                                            chat(id, text).put("stream", streamed))
                                    .statusCode();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread));
        }
        for (CompletableFuture<Integer> call : calls) {
            assertThat(call.get()).isEqualTo(200);
        }
        List<JsonNode> messages = alice.messages(id);
        assertThat(messages).hasSize(42);
        TreeSet<String> said = new TreeSet<>();
        for (int i = 2; i < messages.size(); i += 2) {
            String text = messages.get(i).at("/content/0/text").asText();
            said.add(text);
            assertThat(messages.get(i + 1).at("/content/0/text").asText()).isEqualTo("re: " + text);
            assertThat(messages.get(i).path("parent_message_id").asText())
                    .isEqualTo(messages.get(i - 1).path("id").asText());
        }
        assertThat(said).hasSize(20);
    }

    @Test
    void turnsOfOneConversationAlternateBetweenReplicas() throws Exception {
        String id = alice.begin("start");
        List<CompletableFuture<List<Integer>>> replicas = Stream.of(alice, aliceElsewhere)
                .map(caller -> CompletableFuture.supplyAsync(
                        () -> Stream.iterate(0, i -> i + 1)
                                .limit(8)
                                .map(i -> {
                                    try {
                                        return caller.say(id, "turn " + i).statusCode();
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                })
                                .toList(),
                        Thread::startVirtualThread))
                .toList();
        for (var replica : replicas) {
            assertThat(replica.get()).containsOnly(200);
        }
        List<JsonNode> messages = alice.messages(id);
        assertThat(messages).hasSize(34);
        for (int i = 1; i < messages.size(); i++) {
            assertThat(messages.get(i).path("parent_message_id").asText())
                    .isEqualTo(messages.get(i - 1).path("id").asText());
        }
    }

    @Test
    void aTurnThatLastsTooLongIsAConflictForTheNext() throws Exception {
        String id = alice.begin("one");
        var first = CompletableFuture.supplyAsync(() -> say(alice, id, "wait a moment"), Thread::startVirtualThread);
        await().until(() -> backend.wasAsked("wait a moment"));
        try (RunningService impatient = service("--conversation-wait=1s", "--redis-enabled=false")) {
            HttpResponse<String> second = new ConversationCaller(impatient, alice.key()).say(id, "two");
            assertThat(second.statusCode()).isEqualTo(409);
            assertThat(second.body()).contains("\"conflict\"");
        }
        backend.permit(1);
        assertThat(first.get()).isEqualTo(200);
        assertThat(alice.log(id)).hasSize(4).doesNotContain("user: two");
    }

    @Test
    void theTurnOfALostReplicaEndsWithItsLease() throws Exception {
        String id = alice.begin("one");
        UUID row = ConversationIds.conversation(id).orElseThrow();
        int held = service.bean(Database.class)
                .<Integer>call(client -> client.sql("""
                                UPDATE conversations SET turn = :turn, turn_until = now() + interval '800 ms'
                                WHERE id = :id
                                """)
                        .param("turn", UUID.randomUUID())
                        .param("id", row)
                        .update());
        assertThat(held).isEqualTo(1);
        assertThat(aliceElsewhere.say(id, "two").statusCode()).isEqualTo(200);
    }

    private static int say(ConversationCaller caller, String id, String text) {
        try {
            return caller.say(id, text).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anothersConversationIsNotThere() throws Exception {
        String id = alice.begin("private");
        String message = alice.messages(id).getFirst().path("id").asText();
        String unknown = ConversationIds.conversation(UUID.randomUUID());
        ConversationCaller admin = new ConversationCaller(service, ADMIN);
        for (ConversationCaller other : List.of(bob, admin)) {
            HttpResponse<String> none = other.send("GET", "/v1/conversations/" + unknown, null);
            assertThat(none.statusCode()).isEqualTo(404);
            for (String request : List.of(
                    "GET /v1/conversations/" + id,
                    "DELETE /v1/conversations/" + id,
                    "GET /v1/conversations/" + id + "/messages",
                    "GET /v1/conversations/" + id + "/messages/" + message,
                    "DELETE /v1/conversations/" + id + "/messages/" + message,
                    "GET /v1/conversations/" + id + "/export")) {
                String[] parts = request.split(" ");
                HttpResponse<String> refused = other.send(parts[0], parts[1], null);
                assertThat(refused.statusCode()).as(request).isEqualTo(404);
                assertThat(refused.body()).isEqualTo(none.body());
            }
            assertThat(other.send("PATCH", "/v1/conversations/" + id, "{\"title\":\"mine\"}")
                            .body())
                    .isEqualTo(none.body());
            assertThat(other.say(id, "let me in").body()).isEqualTo(none.body());
            assertThat(other.get("/v1/conversations?q=private").path("data")).isEmpty();
        }
        assertThat(new ConversationCaller(service, null)
                        .send("GET", "/v1/conversations", null)
                        .statusCode())
                .isEqualTo(401);
        assertThat(alice.log(id)).hasSize(2);
        assertThat(alice.get("/v1/conversations/" + id).path("title").asText()).isEqualTo("private");
    }

    @Test
    void conversationsAreListedSearchedRenamedAndDeleted() throws Exception {
        ConversationCaller erin = ConversationCaller.of(service, ADMIN, "erin");
        String first = erin.begin("the blue whale");
        String second = erin.begin("a red fox");
        String third = ConversationCaller.JSON
                .readTree(erin.send(
                                "POST",
                                "/v1/conversations",
                                "{\"title\":\"Plans\",\"metadata\":{\"topic\":\"demo\"},\"items\":"
                                        + "[{\"type\":\"message\",\"role\":\"user\",\"content\":\"hello there\"}]}")
                        .body())
                .path("id")
                .asText();
        assertThat(ids(erin.get("/v1/conversations"))).containsExactly(third, second, first);
        JsonNode page = erin.get("/v1/conversations?limit=2");
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(ids(erin.get("/v1/conversations?limit=2&after="
                        + page.path("last_id").asText())))
                .containsExactly(first);
        assertThat(ids(erin.get("/v1/conversations?q=whale"))).containsExactly(first);
        assertThat(ids(erin.get("/v1/conversations?q=PLANS"))).containsExactly(third);
        assertThat(ids(erin.get("/v1/conversations?q=whale+fox"))).isEmpty();
        assertThat(ids(erin.get("/v1/conversations?q=%27%29%3B--"))).isEmpty();

        JsonNode renamed =
                ConversationCaller.JSON.readTree(erin.send("PATCH", "/v1/conversations/" + first, "{\"title\":\"Sea\"}")
                        .body());
        assertThat(renamed.path("title").asText()).isEqualTo("Sea");
        assertThat(ids(erin.get("/v1/conversations?q=sea"))).containsExactly(first);
        assertThat(erin.get("/v1/conversations/" + third).at("/metadata/topic").asText())
                .isEqualTo("demo");

        HttpResponse<String> deleted = erin.send("DELETE", "/v1/conversations/" + second, null);
        assertThat(deleted.body()).contains("\"deleted\":true");
        assertThat(erin.send("GET", "/v1/conversations/" + second, null).statusCode())
                .isEqualTo(404);
        String bobs = bob.begin("mine");
        assertThat(ConversationCaller.JSON
                        .readTree(erin.send("DELETE", "/v1/conversations", null).body())
                        .path("deleted")
                        .asInt())
                .isEqualTo(2);
        assertThat(erin.get("/v1/conversations").path("data")).isEmpty();
        assertThat(bob.log(bobs)).hasSize(2);
    }

    private static List<String> ids(JsonNode page) {
        return page.path("data").findValuesAsText("id");
    }

    @Test
    void anAnswerCanBeMadeAgainAndAQuestionEdited() throws Exception {
        String id = alice.begin("one");
        id(alice.say(id, "two"));
        List<JsonNode> log = alice.messages(id);
        String question = log.get(2).path("id").asText();
        String before = log.get(1).path("id").asText();

        id(alice.post("/v1/chat/completions", chat(id).put("parent_message_id", question)));
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two");
        id(alice.post("/v1/chat/completions", chat(id, "two, edited").put("parent_message_id", before)));
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two, edited");
        id(alice.say(id, "three"));
        assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two, edited", "re: two, edited", "three");
        id(alice.post("/v1/chat/completions", chat(id, "from the start").put("parent_message_id", "root")));
        assertThat(backend.lastAsked()).containsExactly("from the start");

        assertThat(alice.say(id, "").statusCode()).isEqualTo(200);
        ObjectNode elsewhere = chat(id, "x").put("parent_message_id", "msg_" + "0".repeat(32) + "_1");
        assertThat(alice.post("/v1/chat/completions", elsewhere).statusCode()).isEqualTo(404);
        ObjectNode missing = chat(id, "x").put("parent_message_id", question + "00");
        assertThat(alice.post("/v1/chat/completions", missing).statusCode()).isEqualTo(404);
        assertThat(alice.post("/v1/chat/completions", chat(null, "x").put("parent_message_id", question))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void toolCallsAndTheirResultsSurviveAndAreDeletedTogether() throws Exception {
        String id = alice.begin("call for the weather");
        ObjectNode result = chat(id);
        result.withArray("messages")
                .addObject()
                .put("role", "tool")
                .put("tool_call_id", "call_1")
                .put("content", "sunny");
        id(alice.post("/v1/chat/completions", result));
        JsonNode asked = backend.asked().getLast();
        assertThat(asked.get(1).at("/tool_calls/0/function/name").asText()).isEqualTo("weather");
        assertThat(asked.get(1).at("/tool_calls/0/function/arguments").asText()).isEqualTo("{\"city\":\"Rome\"}");
        assertThat(asked.get(2).path("tool_call_id").asText()).isEqualTo("call_1");

        JsonNode items =
                alice.get("/v1/conversations/" + id + "/items?order=asc").path("data");
        assertThat(items.findValuesAsText("type").stream().filter(type -> !type.endsWith("_text")))
                .containsExactly("message", "function_call", "function_call_output", "message");
        assertThat(items.get(1).path("call_id").asText()).isEqualTo("call_1");
        assertThat(items.get(2).path("output").asText()).isEqualTo("sunny");

        String tool = alice.messages(id).get(2).path("id").asText();
        HttpResponse<String> deleted = alice.send("DELETE", "/v1/conversations/" + id + "/messages/" + tool, null);
        assertThat(ConversationCaller.JSON
                        .readTree(deleted.body())
                        .path("message_count")
                        .asInt())
                .isEqualTo(2);
        assertThat(alice.log(id)).containsExactly("user: call for the weather", "assistant: re: sunny");
        id(alice.say(id, "next"));
        assertThat(backend.lastAsked()).containsExactly("call for the weather", "re: sunny", "next");
    }

    @Test
    void aDeletedMessageDoesNotComeBack() throws Exception {
        String id = alice.begin("keep");
        id(alice.say(id, "drop this"));
        id(alice.say(id, "later"));
        for (int i : List.of(2, 2)) {
            String message = alice.messages(id).get(i).path("id").asText();
            assertThat(alice.send("DELETE", "/v1/conversations/" + id + "/messages/" + message, null)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(alice.send("DELETE", "/v1/conversations/" + id + "/messages/" + message, null)
                            .statusCode())
                    .isEqualTo(404);
        }
        id(alice.say(id, "last"));
        assertThat(backend.lastAsked()).containsExactly("keep", "re: keep", "later", "re: later", "last");
        assertThat(alice.get("/v1/conversations/" + id).path("title").asText()).isEqualTo("keep");
        String first = alice.messages(id).getFirst().path("id").asText();
        alice.send("DELETE", "/v1/conversations/" + id + "/messages/" + first, null);
        assertThat(alice.get("/v1/conversations/" + id).path("title").asText()).isEmpty();
        assertThat(ids(alice.get("/v1/conversations?q=drop"))).doesNotContain(id);
    }

    @Test
    void instructionsComeFirstAndAreStoredWhenTheyChange() throws Exception {
        String id = null;
        for (String instruction : List.of("be kind", "be kind", "be brief")) {
            ObjectNode body = ConversationCaller.JSON.createObjectNode().put("model", MemoryBackend.MODEL);
            body.put("conversation_id", id == null ? "new" : id);
            body.putArray("messages").addObject().put("role", "system").put("content", instruction);
            body.withArray("messages").addObject().put("role", "user").put("content", "hi");
            id = id(alice.post("/v1/chat/completions", body));
        }
        assertThat(backend.lastAsked()).containsExactly("be brief", "hi", "re: hi", "hi", "re: hi", "hi");
        id(alice.say(id, "more"));
        assertThat(backend.lastAsked().getFirst()).isEqualTo("be brief");
        assertThat(alice.log(id).stream().filter(line -> line.startsWith("system")))
                .containsExactly("system: be kind", "system: be brief");
    }

    @Test
    void otherFieldsOfAChatGoOnToTheBackend() throws Exception {
        ObjectNode body = chat(alice.begin("one"), "two").put("x_custom", 7).put("reasoning_effort", "high");
        body.withArray("messages").insertObject(0).put("role", "developer").put("content", "be kind");
        id(alice.post("/v1/chat/completions", body));
        assertThat(backend.lastBody().path("x_custom").asInt()).isEqualTo(7);
        assertThat(backend.lastBody().path("reasoning_effort").asText()).isEqualTo("high");
        String id = id(alice.post("/v1/chat/completions", body));
        assertThat(alice.log(id)).containsOnlyOnce("system: be kind");
    }

    @Test
    void anImageAndOddCharactersSurvive() throws Exception {
        ObjectNode body = chat("new");
        var content = body.withArray("messages").addObject().put("role", "user").putArray("content");
        content.addObject().put("type", "text").put("text", "nul \u0000 and \uD83D\uDE00");
        content.addObject().put("type", "image_url").putObject("image_url").put("url", "data:image/png;base64,AAAA");
        String id = id(alice.post("/v1/chat/completions", body));
        JsonNode stored = alice.messages(id).getFirst();
        assertThat(stored.at("/content/0/text").asText()).isEqualTo("nul \uFFFD and \uD83D\uDE00");
        assertThat(stored.at("/content/1/image_url").asText()).isEqualTo("data:image/png;base64,AAAA");
        id(alice.say(id, "what is it?"));
        assertThat(backend.asked().getLast().get(0).toString()).contains("data:image/png;base64,AAAA");
    }

    @Test
    void aConversationIsExportedLineByLine() throws Exception {
        String id = alice.begin("one");
        HttpResponse<String> export = alice.send("GET", "/v1/conversations/" + id + "/export", null);
        assertThat(export.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        List<String> lines = export.body().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(ConversationCaller.JSON.readTree(lines.get(0)).path("object").asText())
                .isEqualTo("conversation");
        assertThat(ConversationCaller.JSON
                        .readTree(lines.get(2))
                        .at("/content/0/text")
                        .asText())
                .isEqualTo("re: one");
    }

    @Test
    void aCredentialNeedsTheScope() throws Exception {
        ConversationCaller admin = new ConversationCaller(service, ADMIN);
        HttpResponse<String> made = admin.post(
                "/v1/api-keys",
                ConversationCaller.JSON.valueToTree(Map.of("name", "bot", "owner", "bot", "scopes", List.of("chat"))));
        ConversationCaller bot = new ConversationCaller(
                service,
                ConversationCaller.JSON.readTree(made.body()).path("key").asText());
        String id = bot.begin("one");
        assertThat(bot.say(id, "two").statusCode()).isEqualTo(200);
        assertThat(bot.send("GET", "/v1/conversations/" + id, null).statusCode())
                .isEqualTo(403);
    }

    @Test
    void wrongRequestsAreRefused() throws Exception {
        String id = alice.begin("one");
        assertThat(alice.say("none", "x").statusCode()).isEqualTo(404);
        assertThat(alice.say("", "x").statusCode()).isEqualTo(400);
        assertThat(alice.post("/v1/chat/completions", chat(id, "x").put("n", 2)).statusCode())
                .isEqualTo(400);
        assertThat(alice.send("POST", "/v1/chat/completions", chat(id, "x").toString(), "X-Conversation-Id", "new")
                        .statusCode())
                .isEqualTo(400);
        assertThat(alice.send(
                                "POST",
                                "/v1/completions",
                                "{\"model\":\"echo\",\"prompt\":\"x\"}",
                                "X-Conversation-Id",
                                "new")
                        .body())
                .contains("\"unsupported\"");
        for (String path : List.of("?limit=0", "?after=x", "?q=", "/" + id + "/messages?order=up")) {
            assertThat(alice.send("GET", "/v1/conversations" + path, null).statusCode())
                    .as(path)
                    .isEqualTo(400);
        }
        for (String body : List.of("{}", "{\"title\":7}", "{\"metadata\":{\"" + "k".repeat(65) + "\":\"v\"}}")) {
            assertThat(alice.send("PATCH", "/v1/conversations/" + id, body).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(alice.log(id)).hasSize(2);
    }

    @Test
    void openAisClientContinuesAConversation() throws Exception {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(service.baseUrl() + "/v1")
                .apiKey(alice.key())
                .maxRetries(0)
                .build();
        try {
            String id;
            try (var raw = client.chat().completions().withRawResponse().create(params("new", "one"))) {
                id = raw.headers().values("X-Conversation-Id").getFirst();
            }
            assertThat(client.chat()
                            .completions()
                            .create(params(id, "two"))
                            .choices()
                            .getFirst()
                            .message()
                            .content())
                    .contains("re: two");
            assertThat(backend.lastAsked()).containsExactly("one", "re: one", "two");
            assertThat(client.conversations().retrieve(id).id()).isEqualTo(id);
            var added = client.conversations()
                    .items()
                    .create(ItemCreateParams.builder()
                            .conversationId(id)
                            .addItem(EasyInputMessage.builder()
                                    .role(EasyInputMessage.Role.USER)
                                    .content("three")
                                    .build())
                            .build());
            assertThat(added.data()).hasSize(1);
            var items = client.conversations().items().list(id).data();
            assertThat(items).hasSize(5);
            items.forEach(item -> item.validate());
            assertThat(items.getFirst()
                            .asMessage()
                            .content()
                            .getFirst()
                            .asInputText()
                            .text())
                    .isEqualTo("three");
            assertThat(items.get(1)
                            .asMessage()
                            .content()
                            .getFirst()
                            .asOutputText()
                            .text())
                    .isEqualTo("re: two");
            assertThat(client.conversations().delete(id).deleted()).isTrue();
        } finally {
            client.close();
        }
    }

    private static ChatCompletionCreateParams params(String conversation, String text) {
        return ChatCompletionCreateParams.builder()
                .model(MemoryBackend.MODEL)
                .addUserMessage(text)
                .putAdditionalBodyProperty("conversation_id", JsonValue.from(conversation))
                .build();
    }

    @Test
    void aJobThatRunsAgainDoesNotRepeatItsTurn() throws Exception {
        ObjectNode body = ConversationCaller.JSON.createObjectNode().put("task", "chat");
        body.set("payload", chat("new", "once only"));
        String self = ConversationCaller.JSON
                .readTree(alice.post("/v1/jobs", body).body())
                .at("/links/self")
                .asText();
        await().until(() -> alice.get(self).path("state").asText().equals("done"));
        String answer =
                alice.get(self + "/result").at("/choices/0/message/content").asText();
        String id = alice.get(self + "/result").path("conversation_id").asText();
        int again = service.bean(Database.class)
                .<Integer>call(client -> client.sql("""
                                UPDATE jobs SET state = 'queued', ended_at = NULL, answer = NULL WHERE id = ?::uuid
                                """)
                        .param(self.substring(self.lastIndexOf('/') + 1))
                        .update());
        assertThat(again).isEqualTo(1);
        service.bean(Jobs.class).pause();
        service.bean(Jobs.class).resume();
        await().until(() -> alice.get(self).path("state").asText().equals("done"));
        JsonNode result = alice.get(self + "/result");
        assertThat(result.at("/choices/0/message/content").asText()).isEqualTo(answer);
        assertThat(result.path("conversation_id").asText()).isEqualTo(id);
        assertThat(alice.log(id)).containsExactly("user: once only", "assistant: re: once only");
        assertThat(backend.asked().stream()
                        .filter(messages -> messages.toString().contains("once only")))
                .hasSize(1);
    }

    @Test
    void ollamasChatsAndJobsArePartOfConversationsToo() throws Exception {
        String id = id(alice.post("/api/chat", chat("new", "by Ollama").put("stream", false)));
        HttpResponse<String> job =
                alice.send("POST", "/v1/jobs", "{\"task\":\"chat\",\"payload\":" + chat(id, "by a job") + "}");
        assertThat(job.statusCode()).as(job.body()).isEqualTo(202);
        await().until(() -> alice.messages(id).size() == 4);
        assertThat(backend.lastAsked()).containsExactly("by Ollama", "re: by Ollama", "by a job");
        String result =
                ConversationCaller.JSON.readTree(job.body()).at("/links/result").asText();
        await().until(() -> alice.send("GET", result, null).statusCode() == 200);
        assertThat(alice.get(result).path("conversation_id").asText()).isEqualTo(id);
    }
}
