package io.inference.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.database.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Facts to plant in a long conversation.
 *
 * @param values the texts that are looked for
 * @param sentences of the user, one with each value
 * @param questions one about each value
 */
record RecallFacts(List<String> values, List<String> sentences, List<String> questions) {
    static final RecallFacts WITH_FORM = new RecallFacts(
            List.of(
                    "$48,250",
                    "17 March 2031",
                    "/srv/archive/2029/q4",
                    "db-ruby-7",
                    "14:35",
                    "ORD-99172",
                    "Maria Kowalska",
                    "8443"),
            List.of(
                    "The budget of the project is $48,250.",
                    "The deadline of the report is 17 March 2031.",
                    "The old files are in /srv/archive/2029/q4 now.",
                    "The server is called db-ruby-7.",
                    "The meeting starts at 14:35 every week.",
                    "My order number is ORD-99172.",
                    "My manager is Maria Kowalska.",
                    "The gateway listens on port 8443."),
            List.of(
                    "What is the budget of the project?",
                    "What is the deadline of the report?",
                    "Where are the old files?",
                    "What is the server called?",
                    "When does the meeting start?",
                    "What is my order number?",
                    "Who is my manager?",
                    "Which port does the gateway listen on?"));

    /** No form tells that these are values. */
    static final RecallFacts WITHOUT_FORM = new RecallFacts(
            List.of("the aisle one", "deep green", "rye bread", "old vinyl"),
            List.of(
                    "my preferred seat is the aisle one.",
                    "my favourite colour is deep green.",
                    "my usual breakfast is rye bread.",
                    "my hobby is old vinyl."),
            List.of(
                    "Which seat do i prefer?",
                    "What is my favourite colour?",
                    "What is my usual breakfast?",
                    "What is my hobby?"));

    private static final List<String> FILLER = List.of(
            "How does one keep bread fresh over the weekend?",
            "Tell me more about the history of that.",
            "And what would you suggest for somebody who is new to it?",
            "I see. Please explain the second point once more.",
            "That sounds reasonable, let us go on.");
    private static final int RECENT = 6;

    /** All of them, in one conversation. */
    RecallFacts and(RecallFacts others) {
        return new RecallFacts(
                joined(values, others.values),
                joined(sentences, others.sentences),
                joined(questions, others.questions));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** The texts of so many turns, those of the user and of the assistant in turn, with the facts among them. */
    List<String> texts(int turns) {
        List<String> said = new ArrayList<>();
        int every = turns / values.size();
        for (int turn = 0; turn < turns; turn++) {
            boolean isFact = turn % every == 1 && turn / every < values.size();
            said.add(isFact ? sentences.get(turn / every) : FILLER.get(turn % FILLER.size()));
            said.add("Here is what I can say about it, in a few words.");
        }
        return said;
    }

    /** Adds so many turns to a conversation. */
    void say(ConversationCaller caller, String id, int turns) throws Exception {
        caller.add(id, texts(turns));
    }

    /** How many of the values a text has. */
    int in(String text) {
        return Math.toIntExact(values.stream().filter(text::contains).count());
    }

    /**
     * Waits until all that can be summarized of a conversation is, and no summary is being made.
     *
     * @return messages that are summarized
     */
    static int awaitSummaries(RunningService service, String id, int turns, Duration longest) {
        int summarized = (turns + 1) * 2 - RECENT;
        await().atMost(longest)
                .untilAsserted(
                        () -> assertThat(isSummarized(service, id, summarized)).isTrue());
        return summarized;
    }

    private static boolean isSummarized(RunningService service, String id, int messages) {
        return service.bean(Database.class)
                .<Boolean>call(client -> client.sql("""
                        SELECT NOT EXISTS (SELECT 1 FROM jobs WHERE ended_at IS NULL)
                            AND (SELECT sum(messages) FROM conversation_summaries
                                WHERE level = 1 AND conversation_id = ?) = ?
                        """)
                        .param(ConversationIds.conversation(id).orElseThrow())
                        .param(messages)
                        .query(Boolean.class)
                        .single());
    }
}
