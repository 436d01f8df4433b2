package io.inference.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How many facts of a long conversation are still in the prompt, by string match, after summaries of summaries up to
 * the master of five levels, by a model that forgets all but the last line of what it summarizes.
 */
class ConversationRecallIT {
    private static final List<String> FACTS = List.of(
            "$48,250",
            "17 March 2031",
            "/srv/archive/2029/q4",
            "db-ruby-7",
            "14:35",
            "ORD-99172",
            "Maria Kowalska",
            "8443");
    private static final List<String> SENTENCES = List.of(
            "The budget of the project is $48,250.",
            "The deadline of the report is 17 March 2031.",
            "The old files are in /srv/archive/2029/q4 now.",
            "The server is called db-ruby-7.",
            "The meeting starts at 14:35 every week.",
            "My order number is ORD-99172.",
            "My manager is Maria Kowalska.",
            "The gateway listens on port 8443.");
    private static final List<String> FILLER = List.of(
            "How does one keep bread fresh over the weekend?",
            "Tell me more about the history of that.",
            "And what would you suggest for somebody who is new to it?",
            "I see. Please explain the second point once more.",
            "That sounds reasonable, let us go on.");

    private static final MemoryBackend backend = new MemoryBackend();
    private static RunningService service;
    private static ConversationCaller local;

    @BeforeAll
    static void start() {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("recall"));
        options.addAll(List.of(
                backend.option(),
                "--messages-before-summary=2",
                "--summaries-before-consolidation=2",
                "--max-summary-levels=5"));
        service = RunningService.start(options.toArray(String[]::new));
        local = new ConversationCaller(service, null);
    }

    @AfterAll
    static void stop() {
        backend.close();
        service.close();
    }

    @Test
    void factsOf48Turns() throws Exception {
        assertThat(recalled(48)).isGreaterThanOrEqualTo(90);
    }

    @Test
    void factsOf200Turns() throws Exception {
        assertThat(recalled(200)).isGreaterThanOrEqualTo(90);
    }

    /** Percentage of the facts that are in the prompt. */
    private static int recalled(int turns) throws Exception {
        String id = local.begin("Hello!");
        List<String> said = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            boolean isFact = turn % (turns / FACTS.size()) == 1 && turn / (turns / FACTS.size()) < FACTS.size();
            said.add(isFact ? SENTENCES.get(turn / (turns / FACTS.size())) : FILLER.get(turn % FILLER.size()));
            said.add("Here is what I can say about it, in a few words.");
        }
        for (int from = 0; from < said.size(); from += 20) {
            ObjectNode body = ConversationCaller.JSON.createObjectNode();
            for (int i = from; i < Math.min(said.size(), from + 20); i++) {
                body.withArray("items")
                        .addObject()
                        .put("type", "message")
                        .put("role", i % 2 == 0 ? "user" : "assistant")
                        .put("content", said.get(i));
            }
            assertThat(local.post("/v1/conversations/" + id + "/items", body).statusCode())
                    .isEqualTo(200);
        }
        int summarized = (turns + 1) * 2 - 6;
        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(levels(id, summarized)).isTrue());
        assertThat(local.say(id, "What do you remember?").headers().firstValue("X-Conversation-Summarized"))
                .hasValue(String.valueOf(summarized));
        String prompt = String.join("\n", backend.lastAsked());
        long found = FACTS.stream().filter(prompt::contains).count();
        System.out.printf(
                "recall: %d of %d facts of %d turns are in the prompt of %d messages%n",
                found, FACTS.size(), turns, backend.lastAsked().size());
        return (int) (100 * found / FACTS.size());
    }

    /** Whether all that can be summarized is, and no summary is being made. */
    private static boolean levels(String id, int summarized) {
        return service.bean(Database.class)
                .<Boolean>call(client -> client.sql("""
                        SELECT NOT EXISTS (SELECT 1 FROM jobs WHERE ended_at IS NULL)
                            AND (SELECT sum(messages) FROM conversation_summaries
                                WHERE level = 1 AND conversation_id = ?) = ?
                        """)
                        .param(ConversationIds.conversation(id).orElseThrow())
                        .param(summarized)
                        .query(Boolean.class)
                        .single());
    }
}
