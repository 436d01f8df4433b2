package io.inference.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
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
    private static final MemoryBackend backend = new MemoryBackend();
    private static RunningService service;
    /** With the model's part in the ledger. */
    private static RunningService searching;

    @BeforeAll
    static void start() {
        service = start("recall");
        searching = start("recall_by_model", "--ledger-model=" + MemoryBackend.MODEL);
    }

    private static RunningService start(String database, String... more) {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions(database));
        options.addAll(List.of(
                backend.option(),
                "--messages-before-summary=2",
                "--summaries-before-consolidation=2",
                "--max-summary-levels=5"));
        options.addAll(List.of(more));
        return RunningService.start(options.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        backend.close();
        service.close();
        searching.close();
    }

    @Test
    void factsOf48Turns() throws Exception {
        assertThat(recalled(service, 48, RecallFacts.WITH_FORM)).isGreaterThanOrEqualTo(90);
    }

    @Test
    void factsOf200Turns() throws Exception {
        assertThat(recalled(service, 200, RecallFacts.WITH_FORM)).isGreaterThanOrEqualTo(90);
    }

    @Test
    void aModelFindsFactsThatHaveNoForm() throws Exception {
        int byForm = recalled(service, 48, RecallFacts.WITHOUT_FORM);
        assertThat(recalled(searching, 48, RecallFacts.WITHOUT_FORM))
                .isGreaterThanOrEqualTo(90)
                .isGreaterThan(byForm);
        assertThat(backend.lastAsked().toString()).doesNotContain("something that nobody said");
    }

    /** Percentage of the facts that are in the prompt. */
    private static int recalled(RunningService service, int turns, RecallFacts facts) throws Exception {
        var local = new ConversationCaller(service, null);
        String id = local.begin("Hello!");
        facts.say(local, id, turns);
        int summarized = RecallFacts.awaitSummaries(service, id, turns, Duration.ofMinutes(5));
        assertThat(local.say(id, "What do you remember?").headers().firstValue("X-Conversation-Summarized"))
                .hasValue(String.valueOf(summarized));
        String prompt = String.join("\n", backend.lastAsked());
        int found = facts.in(prompt);
        System.out.printf(
                "recall: %d of %d facts of %d turns are in the prompt of %d messages%n",
                found, facts.values().size(), turns, backend.lastAsked().size());
        return 100 * found / facts.values().size();
    }
}
