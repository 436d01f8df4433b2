package io.inference.conversation.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Role;
import io.inference.conversation.memory.PromptPlan.Conversation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptPlanTest {
    private static final String SYSTEM = "You help.";

    private static PromptPlan plan(List<LogMessage> log, List<Summary> summaries, int budget) {
        return plan(log, summaries, ledger(log, summaries), budget);
    }

    private static PromptPlan plan(List<LogMessage> log, List<Summary> summaries, Ledger ledger, int budget) {
        LogMessage next = Logs.message(1_000_000, Role.USER, "What was the plan?");
        return PromptPlan.of(
                new Conversation(SYSTEM, log, List.of(next), summaries, ledger),
                budget,
                100,
                Logs.DEFAULTS,
                Logs.COUNTER);
    }

    private static Ledger ledger(List<LogMessage> log, List<Summary> summaries) {
        return Ledger.of(log.stream()
                .filter(message ->
                        summaries.stream().anyMatch(summary -> summary.span().covers(message.number())))
                .toList());
    }

    private static List<Summary> summaries(List<Span> spans) {
        return spans.stream()
                .map(span -> new Summary(span, "Summary %d-%d.".formatted(span.first(), span.last())))
                .toList();
    }

    @Test
    void withoutSummariesAllMessagesAreVerbatim() {
        List<LogMessage> log = Logs.messages(5);
        PromptPlan plan = plan(log, List.of(), 1000);
        assertThat(plan.system()).isEqualTo(SYSTEM);
        assertThat(plan.verbatim()).startsWith(log.toArray(LogMessage[]::new)).hasSize(6);
        assertThat(plan.summarized()).isZero();
    }

    @Test
    void theMasterComesFirstThenWhatNoHigherSummaryCovers() {
        List<Summary> summaries = summaries(List.of(
                new Span(1, 1, 6), new Span(2, 1, 18), new Span(1, 19, 24), new Span(4, 1, 12), new Span(4, 1, 18)));
        PromptPlan plan = plan(Logs.messages(26), summaries, 1000);
        assertThat(plan.system()).containsSubsequence(SYSTEM, "Summary 1-18.", "Summary 19-24.");
        assertThat(plan.summaries()).extracting(Summary::span).containsExactly(new Span(4, 1, 18), new Span(1, 19, 24));
        assertThat(plan.summarized()).isEqualTo(24);
        assertThat(plan.verbatim()).extracting(LogMessage::number).containsExactly(25L, 26L, 1_000_000L);
    }

    @Test
    void valuesOfSummarizedMessagesAreInTheLedger() {
        List<LogMessage> log =
                List.of(Logs.message(1, Role.USER, "The budget is $500."), Logs.message(2, Role.USER, "Port 80"));
        PromptPlan plan = plan(log, summaries(List.of(new Span(1, 1, 1))), 1000);
        assertThat(plan.system()).contains("- budget: $500 (1, 2030-01-01)").doesNotContain("80");
    }

    /** A conversation that grows message by message, while summaries are added at random times. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void eachMessageIsVerbatimOrInOneSummaryAndThePromptAlwaysFits(long seed) {
        Random random = new Random(seed);
        int budget = 300 + random.nextInt(2000);
        List<LogMessage> log = new ArrayList<>();
        List<Summary> summaries = new ArrayList<>();
        String before = null;
        int made = -1;
        boolean stoodIn = false;
        Ledger ledger = Ledger.EMPTY;
        for (int number = 1; number <= 200; number++) {
            log.addAll(turn(number * 4, random));
            if (random.nextInt(3) == 0) {
                List<DueSummary> due = SummaryPlan.due(
                        log, summaries.stream().map(Summary::span).toList(), Logs.DEFAULTS, budget);
                due.stream()
                        .limit(1 + random.nextInt(4))
                        .forEach(summary -> summaries.add(new Summary(
                                summary.span(),
                                "Facts of %s. ".formatted(summary.key()).repeat(1 + random.nextInt(4)))));
            }
            if (made != summaries.size()) {
                ledger = ledger(log, summaries);
            }
            PromptPlan plan = plan(log, summaries, ledger, budget);
            assertThat(plan.tokens()).as("message %d", number).isLessThanOrEqualTo(budget);
            assertEachOnce(log, plan);
            boolean standsIn =
                    plan.summaries().stream().anyMatch(summary -> summary.span().level() == 0);
            if (made == summaries.size() && !standsIn && !stoodIn) {
                assertThat(plan.system()).isEqualTo(before);
            }
            before = plan.system();
            made = summaries.size();
            stoodIn = standsIn;
        }
    }

    private static List<LogMessage> turn(int number, Random random) {
        String words = "On day %d the value was %d. ".formatted(number, random.nextInt(1000));
        List<LogMessage> turn = new ArrayList<>();
        turn.add(Logs.message(number, Role.USER, words.repeat(1 + random.nextInt(3))));
        if (random.nextInt(4) == 0) {
            turn.add(Logs.call(number + 1, "call" + number));
            turn.add(Logs.result(number + 2, "call" + number));
        }
        turn.add(Logs.message(number + 3, Role.ASSISTANT, words));
        return turn;
    }

    private static void assertEachOnce(List<LogMessage> log, PromptPlan plan) {
        Set<Long> verbatim = new HashSet<>();
        plan.verbatim()
                .forEach(message -> assertThat(verbatim.add(message.number())).isTrue());
        Set<String> open = new HashSet<>();
        for (LogMessage message : log) {
            long covering = plan.summaries().stream()
                    .filter(summary -> summary.span().covers(message.number()))
                    .count();
            assertThat(covering + (verbatim.contains(message.number()) ? 1 : 0))
                    .as("message %d", message.number())
                    .isEqualTo(1);
            if (covering == 0) {
                open.addAll(message.calls());
                assertThat(message.answers() == null || open.contains(message.answers()))
                        .as("the call of %d", message.number())
                        .isTrue();
            }
        }
        assertThat(plan.summarized()).isEqualTo(log.size() + 1 - verbatim.size());
    }

    @Test
    void messagesWithoutASummaryStandAsTheirSentencesIfTheyDoNotFit() {
        List<LogMessage> log = new ArrayList<>(Logs.messages(60));
        log.add(0, Logs.message(0, Role.USER, "The password hint is BLUE-42. " + "Filler text. ".repeat(20)));
        PromptPlan plan = plan(log, List.of(), 300);
        assertThat(plan.tokens()).isLessThanOrEqualTo(300);
        assertThat(plan.system()).contains("BLUE-42");
        assertThat(plan.verbatim().getLast().number()).isEqualTo(1_000_000);
        assertThat(plan.verbatim().size()).isGreaterThan(6);
        assertEachOnce(log, plan);
    }

    @Test
    void summariesThatAreTooLongAreCutToTheirSentences() {
        List<Summary> summaries = List.of(
                new Summary(new Span(2, 1, 18), "The port is 8080. " + "Nothing happened. ".repeat(100)),
                new Summary(new Span(1, 19, 24), "The host is db-7. " + "Nothing happened. ".repeat(100)));
        PromptPlan plan = plan(Logs.messages(30), summaries, 250);
        assertThat(plan.tokens()).isLessThanOrEqualTo(250);
        assertThat(plan.system()).contains("8080", "db-7");
        assertEachOnce(Logs.messages(30), plan);
    }

    @Test
    void aMessageThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> plan(Logs.messages(3), List.of(), 10))
                .isInstanceOfSatisfying(
                        InferenceException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED));
    }
}
