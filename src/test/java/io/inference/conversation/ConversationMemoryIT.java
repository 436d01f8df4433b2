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

    /** Begins a conversation with messages of the user and the assistant in turn, without asking a model. */
    private static String conversation(int messages, String text) throws Exception {
        ObjectNode empty = ConversationCaller.JSON.createObjectNode();
        String id = ConversationCaller.JSON
                .readTree(alice.post("/v1/conversations", empty).body())
                .path("id")
                .asText();
        add(id, 1, messages, text);
        return id;
    }

    private static void add(String id, int from, int to, String text) throws Exception {
        for (int first = from; first <= to; first += 20) {
            ObjectNode body = ConversationCaller.JSON.createObjectNode();
            for (int i = first; i <= Math.min(to, first + 19); i++) {
                body.withArray("items")
                        .addObject()
                        .put("type", "message")
                        .put("role", i % 2 == 1 ? "user" : "assistant")
                        .put("content", text.formatted(i));
            }
            assertThat(alice.post("/v1/conversations/" + id + "/items", body).statusCode())
                    .isEqualTo(200);
        }
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
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(levels(id)).isEqualTo(levels));
    }

    @Test
    void everyLevelIsReachedAndTheMasterStandsFor162Messages() throws Exception {
        String id = conversation(168, "On day %d we went on.");
        awaitLevels(id, Map.of(1, 27L, 2, 9L, 3, 3L, 4, 1L));
        assertThat(rows(id, "first_seq || '-' || last_seq || ' ' || messages", String.class))
                .contains("1-6 6", "1-18 18", "1-54 54", "1-162 162");
        HttpResponse<String> answer = alice.say(id, "And now?");
        assertThat(id(answer)).isEqualTo(id);
        assertThat(answer.headers().firstValue("X-Conversation-Summarized")).hasValue("162");
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
    }
}
