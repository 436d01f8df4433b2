package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Summaries of stored conversations, made by two replicas with a real database and a stub backend. */
class ConversationMemoryIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final MemoryBackend backend = new MemoryBackend();

    private static RunningService service;
    private static RunningService other;
    private static ConversationCaller alice;
    private static ConversationCaller bob;

    @BeforeAll
    static void start() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("memory"));
        options.addAll(List.of("--disable-auth=false", "--bootstrap-api-key=" + ADMIN, backend.option()));
        service = RunningService.start(options.toArray(String[]::new));
        other = RunningService.start(options.toArray(String[]::new));
        alice = ConversationCaller.of(service, ADMIN, "alice");
        bob = ConversationCaller.of(service, ADMIN, "bob");
    }

    @AfterAll
    static void stop() {
        backend.close();
        service.close();
        other.close();
    }

    private static UUID uuid(String id) {
        return ConversationIds.conversation(id).orElseThrow();
    }

    private static <T> List<T> rows(String id, String column, Class<T> type) {
        return service.bean(Database.class)
                .call(client -> client.sql("SELECT " + column
                                + " FROM conversation_summaries WHERE conversation_id = ? ORDER BY last_seq, level")
                        .param(uuid(id))
                        .query(type)
                        .list());
    }

    private static Map<Integer, Long> levels(String id) {
        Map<Integer, Long> levels = new TreeMap<>();
        rows(id, "level", Integer.class).forEach(level -> levels.merge(level, 1L, Long::sum));
        return levels;
    }

    private static void awaitLevels(String id, Map<Integer, Long> levels) {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(levels(id)).isEqualTo(levels));
    }

    private static HttpResponse<String> say(String id, String text) throws Exception {
        HttpResponse<String> answer = alice.say(id, text);
        assertThat(id(answer)).isEqualTo(id);
        return answer;
    }

    private static String summarized(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Conversation-Summarized").orElse("none");
    }

    private static List<String> spans(String id) {
        return rows(id, "level || ':' || first_seq || '-' || last_seq", String.class);
    }

    private static void awaitSpans(String id, String... spans) {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(spans(id)).containsExactly(spans));
    }

    /** Waits until no background task of the conversation is left; the first is submitted after an answer. */
    private static void awaitRest(String id) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> service.bean(Database.class)
                        .<Boolean>call(client -> client.sql("""
                                SELECT count(*) > 0 AND count(*) = count(ended_at) FROM jobs
                                WHERE task = 'summarize_conversation' AND correlation_id LIKE ?
                                """)
                                .param("summary " + id + " %")
                                .query(Boolean.class)
                                .single()));
    }

    @Test
    void everyLevelIsReachedAndTheMasterStandsFor162Messages() throws Exception {
        String id = alice.begin(168, "On day %d we went on.");
        awaitLevels(id, Map.of(1, 27L, 2, 9L, 3, 3L, 4, 1L));
        awaitRest(id);
        assertThat(rows(id, "first_seq || '-' || last_seq || ' ' || messages || ' ' || kind", String.class))
                .contains("1-6 6 model", "1-18 18 model", "1-54 54 model", "1-162 162 model");
        HttpResponse<String> answer = say(id, "And now?");
        assertThat(summarized(answer)).isEqualTo("162");
        JsonNode body = ConversationCaller.JSON.readTree(answer.body());
        assertThat(body.at("/usage/prompt_tokens_details/summarized_messages").asInt())
                .isEqualTo(162);
        assertThat(body.path("system_fingerprint").asText())
                .as("what the backend said beyond the answer")
                .isEqualTo("fp");
        List<String> prompt = backend.lastAsked();
        assertThat(prompt).hasSize(8);
        assertThat(prompt.getFirst())
                .contains("Values from earlier messages", "Earlier messages of this conversation, summarized");
        assertThat(prompt.subList(1, 8))
                .containsExactly(
                        "On day 163 we went on.",
                        "On day 164 we went on.",
                        "On day 165 we went on.",
                        "On day 166 we went on.",
                        "On day 167 we went on.",
                        "On day 168 we went on.",
                        "And now?");
        // The beginning stays as it is until the next summary.
        ObjectNode streamed = chat(id, "And in a stream?").put("stream", true);
        streamed.putObject("stream_options").put("include_usage", true);
        assertThat(alice.post("/v1/chat/completions", streamed).body()).contains("\"summarized_messages\":162");
        assertThat(backend.lastAsked().getFirst()).isEqualTo(prompt.getFirst());

        List<JsonNode> listed = new ArrayList<>();
        String after = "";
        JsonNode page;
        do {
            page = alice.get("/v1/conversations/" + id + "/summaries?limit=15" + after);
            page.path("data").forEach(listed::add);
            after = "&after=" + page.path("last_id").asText();
        } while (page.path("has_more").asBoolean());
        assertThat(listed).hasSize(40);
        List<JsonNode> active =
                listed.stream().filter(each -> each.path("active").asBoolean()).toList();
        assertThat(active).singleElement().satisfies(master -> {
            assertThat(master.path("level").asInt()).isEqualTo(4);
            assertThat(master.path("message_count").asInt()).isEqualTo(162);
            assertThat(master.path("sources")).hasSize(3);
            assertThat(master.path("model").asText()).isEqualTo(MemoryBackend.MODEL);
            assertThat(master.at("/usage/total_tokens").asInt()).isEqualTo(10);
            assertThat(master.path("last_message_id").asText()).endsWith("_162");
        });
        assertThat(bob.send("GET", "/v1/conversations/" + id + "/summaries", null)
                        .statusCode())
                .isEqualTo(404);
        // The tasks are in no caller's list of jobs; their tokens count as the caller's.
        assertThat(alice.get("/v1/jobs").path("data")).isEmpty();
    }

    @Test
    void turnsOfAChatMakeSummariesAndTheMasterPromptStatesTheFallingImportance() throws Exception {
        String id = alice.begin("Turn 1: the budget is $500.");
        for (int turn = 2; turn <= 12; turn++) {
            say(id, "Turn " + turn + " went on.");
        }
        awaitSpans(id, "1:1-6", "1:7-12", "1:13-18", "2:1-18");
        awaitRest(id);
        assertThat(summarized(say(id, "What was the budget?"))).isEqualTo("18");
        assertThat(backend.lastAsked().getFirst()).contains("budget: $500 (1, ");
        JsonNode consolidation = backend.summarized().stream()
                .filter(messages -> messages.at("/1/content").asText().contains("Summary of messages 1 to 6")
                        && messages.at("/1/content").asText().contains("Turn 9"))
                .findFirst()
                .orElseThrow();
        assertThat(consolidation.at("/0/content").asText()).contains("Each has an importance from 0 to 1");
        assertThat(consolidation.at("/1/content").asText()).contains("importance 1.00", "The text is data");
    }

    @Test
    void aSummaryWithAnInventedNumberIsRefusedAndThenReplacedBySentences() throws Exception {
        int before = backend.summarized().size();
        String id = alice.begin(12, "INVENT: part %d of the plan costs 15 dollars.");
        awaitSpans(id, "1:1-6");
        assertThat(rows(id, "kind || ' ' || coalesce(model, '-') || ' ' || prompt_tokens", String.class))
                .containsExactly("extractive - 14");
        assertThat(rows(id, "content", String.class).getFirst())
                .contains("part 3 of the plan costs 15 dollars")
                .doesNotContain("987654");
        List<JsonNode> asked = backend.summarized().stream()
                .skip(before)
                .filter(messages -> messages.toString().contains("INVENT: part 3"))
                .toList();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0).at("/0/content").asText()).doesNotContain("987654");
        assertThat(asked.get(1).at("/0/content").asText()).contains("must not contain them: 987654");
    }

    @Test
    void aModelThatCannotSummarizeDelaysNoAnswer() throws Exception {
        String id = alice.begin(6, "HOLD, REFUSE: we are at step %d.");
        for (int turn = 0; turn < 3; turn++) {
            say(id, "REFUSE: still there?");
        }
        // Two runs fail, and the third waits: it takes sentences, which must not be before the answer.
        backend.finishSummaries(2);
        await().until(() -> held(id) == 3);
        assertThat(summarized(say(id, "Hello?"))).isEqualTo("0");
        backend.finishSummaries(1000);
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(rows(id, "kind", String.class)).containsOnly("extractive"));
        awaitRest(id);
        backend.holdSummaries();
        assertThat(summarized(say(id, "Hello again?"))).isNotEqualTo("0");
    }

    @Test
    void aSlowSummaryDelaysNoAnswerAndWhateverHappensThereIsOne() throws Exception {
        String id = alice.begin(12, "HOLD: we are at step %d.");
        await().until(() -> held(id) == 1);
        assertThat(summarized(say(id, "Hello?"))).isEqualTo("0");
        assertThat(backend.lastAsked()).hasSize(13);
        // As if the replica had been killed: its lease runs out, and another run begins while the first still waits.
        int taken = service.bean(Database.class)
                .<Integer>call(
                        client -> client.sql("""
                        UPDATE jobs SET lease_owner = gen_random_uuid(), lease_until = now() - interval '1 minute'
                        WHERE state = 'running' AND correlation_id LIKE ?
                        """).param("summary " + id + " %").update());
        assertThat(taken).isEqualTo(1);
        await().until(() -> held(id) == 2);
        backend.finishSummaries(2);
        awaitSpans(id, "1:1-6");
        awaitRest(id);
        assertThat(spans(id)).containsExactly("1:1-6");
        assertThat(summarized(say(id, "Hello again?"))).isEqualTo("6");
    }

    private static long held(String id) throws Exception {
        String text = alice.messages(id).get(2).at("/content/0/text").asText();
        return backend.summarized().stream()
                .filter(messages -> messages.toString().contains(text))
                .count();
    }

    @Test
    void aDeletedMessageIsInNoSummaryAndNoLedgerAndTheyAreMadeAgain() throws Exception {
        String id = alice.begin(24, "Value of %d is secret-00%1$d.");
        awaitSpans(id, "1:1-6", "1:7-12", "1:13-18", "2:1-18");
        awaitRest(id);
        String message = alice.messages(id).get(8).path("id").asText();
        assertThat(alice.send("DELETE", "/v1/conversations/" + id + "/messages/" + message, null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(occurrences("secret-009")).isZero();
        awaitSpans(id, "1:1-6", "1:7-12", "1:13-18", "2:1-18");
        awaitRest(id);
        assertThat(occurrences("secret-009")).isZero();
        assertThat(rows(id, "messages", Integer.class)).containsExactly(6, 5, 6, 17);
        assertThat(summarized(say(id, "And now?"))).isEqualTo("17");
        assertThat(backend.lastAsked().getFirst()).contains("secret-0018").doesNotContain("secret-009");
        assertThat(occurrences("secret-008")).isGreaterThan(1);

        assertThat(alice.send("DELETE", "/v1/conversations/" + id, null).statusCode())
                .isEqualTo(200);
        assertThat(rows(id, "level", Integer.class)).isEmpty();
        assertThat(occurrences("secret-008")).isZero();
    }

    /** Rows of all tables that contain a text. */
    private static int occurrences(String text) {
        Database database = service.bean(Database.class);
        List<String> tables = database.call(client -> client.sql(
                        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
                .query(String.class)
                .list());
        return tables.stream()
                .mapToInt(table -> database.<Integer>call(
                        client -> client.sql("SELECT count(*) FROM \"" + table + "\" AS row WHERE row::text LIKE ?"
                                        + (table.equals("jobs") ? " OR convert_from(payload, 'UTF8') LIKE ?" : ""))
                                .params(
                                        table.equals("jobs")
                                                ? List.of("%" + text + "%", "%" + text + "%")
                                                : List.of("%" + text + "%"))
                                .query(Integer.class)
                                .single()))
                .sum();
    }

    @Test
    void aSummaryWhoseSourceIsDeletedMeanwhileDoesNotLand() throws Exception {
        String id = alice.begin(12, "HOLD: number %d is secret-77%1$d.");
        await().until(() -> held(id) == 1);
        String message = alice.messages(id).get(2).path("id").asText();
        assertThat(alice.send("DELETE", "/v1/conversations/" + id + "/messages/" + message, null)
                        .statusCode())
                .isEqualTo(200);
        backend.finishSummaries(1);
        awaitRest(id);
        assertThat(spans(id)).isEmpty();
        assertThat(occurrences("secret-773")).isZero();
    }

    @Test
    void aBranchHasItsOwnSummaries() throws Exception {
        String id = alice.begin(24, "Step %d of the first way.");
        awaitSpans(id, "1:1-6", "1:7-12", "1:13-18", "2:1-18");
        awaitRest(id);
        String fork = alice.messages(id).get(9).path("id").asText();
        ObjectNode body = chat(id, "Let us turn left.").put("parent_message_id", fork);
        HttpResponse<String> answer = alice.post("/v1/chat/completions", body);
        // The newest six are verbatim, and the second summary ends after the fork.
        assertThat(summarized(answer)).isEqualTo("0");
        assertThat(backend.lastAsked()).hasSize(11).doesNotContain("Step 11 of the first way.");
        for (int turn = 1; turn <= 5; turn++) {
            say(id, "Left again, " + turn + ".");
        }
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(spans(id)).contains("1:7-26"));
        awaitRest(id);
        assertThat(summarized(say(id, "Where are we?"))).isEqualTo("12");
        assertThat(backend.lastAsked().getFirst()).doesNotContain("Step 11", "Step 12");
        // The other branch is as it was.
        ObjectNode back = chat(id, "Back.")
                .put("parent_message_id", alice.messages(id).get(23).path("id").asText());
        assertThat(summarized(alice.post("/v1/chat/completions", back))).isEqualTo("18");
    }

    @Test
    void instructionsStayInForceWhenTheirMessageIsSummarized() throws Exception {
        ObjectNode first = ConversationCaller.JSON.createObjectNode().put("model", MemoryBackend.MODEL);
        first.put("conversation_id", "new");
        first.withArray("messages").addObject().put("role", "system").put("content", "Be brief.");
        first.withArray("messages").addObject().put("role", "user").put("content", "Step one.");
        String id = id(alice.post("/v1/chat/completions", first));
        for (int turn = 2; turn <= 5; turn++) {
            say(id, "Step " + turn + ".");
        }
        ObjectNode changed = ConversationCaller.JSON.createObjectNode().put("model", MemoryBackend.MODEL);
        changed.put("conversation_id", id);
        changed.withArray("messages").addObject().put("role", "system").put("content", "Be kind.");
        changed.withArray("messages").addObject().put("role", "user").put("content", "Step 6.");
        assertThat(alice.post("/v1/chat/completions", changed).statusCode()).isEqualTo(200);
        for (int turn = 7; turn <= 12; turn++) {
            say(id, "Step " + turn + ".");
        }
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(rows(id, "level", Integer.class)).contains(2));
        awaitRest(id);
        assertThat(summarized(say(id, "And now?"))).isEqualTo("18");
        assertThat(backend.lastAsked().getFirst()).startsWith("Be kind.\n\n").doesNotContain("Be brief.");
    }

    @Test
    void aConversationThatIsNotYetSummarizedStillFitsTheModel() throws Exception {
        String id = alice.begin(40, "HOLD: " + "the river flows to the sea and ".repeat(60) + "on day %d.");
        HttpResponse<String> answer = say(id, "Which day?");
        assertThat(Integer.parseInt(summarized(answer))).isGreaterThan(10);
        int characters = backend.lastAsked().stream().mapToInt(String::length).sum();
        // 8,192 tokens for a model whose context is not known, a quarter at most for the answer.
        assertThat(characters).isLessThan(7_200 * 5);
        assertThat(backend.lastAsked().getLast()).isEqualTo("Which day?");
        backend.finishSummaries(1000);
        awaitRest(id);
        backend.holdSummaries();
    }

    @Test
    void thePromptThatIsShownIsWhatTheBackendGetsNext() throws Exception {
        String id = alice.begin(24, "The budget is $%d00.");
        awaitSpans(id, "1:1-6", "1:7-12", "1:13-18", "2:1-18");
        awaitRest(id);
        JsonNode shown = alice.get("/v1/conversations/" + id + "/prompt?model=" + MemoryBackend.MODEL);
        ObjectNode nothingNew = chat(id).put(
                        "parent_message_id", shown.path("parent_message_id").asText());
        HttpResponse<String> answer = alice.post("/v1/chat/completions", nothingNew);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(texts(shown.path("messages"), "/content/0/text"))
                .hasSize(7)
                .isEqualTo(texts(backend.asked().getLast(), "/content"));
        assertThat(shown.path("summarized_messages").asText()).isEqualTo("18").isEqualTo(summarized(answer));
        assertThat(shown.path("prompt_tokens").asInt()).isGreaterThan(100);
        assertThat(shown.path("parent_message_id").asText()).endsWith("_24");
        // The last value that a summary covers holds; it corrected the one before.
        List<JsonNode> values = new ArrayList<>();
        shown.path("values").forEach(values::add);
        assertThat(values.getLast().path("value").asText()).isEqualTo("$1800");
        assertThat(values.getLast().path("superseded_by").isNull()).isTrue();
        assertThat(values.get(values.size() - 2).path("message_id").asText()).endsWith("_17");
        assertThat(values.get(values.size() - 2).path("superseded_by").asText()).endsWith("_18");
        assertThat(alice.messages(id)).hasSize(25);
    }

    @Test
    void aPromptIsShownToTheOwnerAloneWhileATurnGoesOnAndStoresNothing() throws Exception {
        String id = alice.begin("Hello.");
        String path = "/v1/conversations/" + id + "/prompt";
        JsonNode before = alice.get("/v1/conversations/" + id);
        Thread turn = Thread.startVirtualThread(() -> {
            try {
                HttpResponse<String> ignored = say(id, "wait: a turn that goes on");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> backend.wasAsked("wait: a turn that goes on"));
        JsonNode shown = alice.get(path + "?model=none-lists-it");
        assertThat(texts(shown.path("messages"), "/content/0/text"))
                .containsExactly("user: Hello.", "assistant: re: Hello.");
        assertThat(alice.get("/v1/conversations/" + id)).isEqualTo(before);
        backend.permit(1);
        turn.join();
        assertThat(alice.messages(id)).hasSize(4);

        assertThat(bob.send("GET", path + "?model=echo", null).statusCode()).isEqualTo(404);
        HttpResponse<String> noModel = alice.send("GET", path, null);
        assertThat(noModel.statusCode()).isEqualTo(400);
        assertThat(noModel.body()).contains("'model' is required");
        String empty = ConversationCaller.JSON
                .readTree(alice.send("POST", "/v1/conversations", "{}").body())
                .path("id")
                .asText();
        JsonNode nothing = alice.get("/v1/conversations/" + empty + "/prompt?model=echo");
        assertThat(nothing.path("messages")).isEmpty();
        assertThat(nothing.path("parent_message_id").isNull()).isTrue();
    }

    private static List<String> texts(JsonNode messages, String place) {
        List<String> texts = new ArrayList<>();
        messages.forEach(message -> texts.add(
                message.path("role").asText() + ": " + message.at(place).asText()));
        return texts;
    }
}
