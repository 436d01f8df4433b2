package io.inference.conversation.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SummaryPlanTest {
    private static List<DueSummary> due(List<LogMessage> log, List<Span> existing) {
        return SummaryPlan.due(log, existing, Logs.DEFAULTS, 8192);
    }

    /** Makes what is due until nothing is; a new master replaces none, as in a table of summaries. */
    private static List<Span> settle(List<LogMessage> log, List<Span> before, MemoryRules rules) {
        List<Span> all = new ArrayList<>(before);
        for (List<DueSummary> due = SummaryPlan.due(log, all, rules, 8192);
                !due.isEmpty();
                due = SummaryPlan.due(log, all, rules, 8192)) {
            due.forEach(summary -> all.add(summary.span()));
        }
        return all;
    }

    private static Map<Integer, Long> levels(List<Span> spans) {
        Map<Integer, Long> levels = new TreeMap<>();
        spans.forEach(span -> levels.merge(span.level(), 1L, Long::sum));
        return levels;
    }

    @Test
    void theOldestSixAreDueOnceSixNewerOnesAreKept() {
        assertThat(due(Logs.messages(11), List.of())).isEmpty();
        assertThat(due(Logs.messages(12), List.of())).containsExactly(new DueSummary(new Span(1, 1, 6), List.of()));
        assertThat(due(Logs.messages(17), List.of(new Span(1, 1, 6)))).isEmpty();
        assertThat(due(Logs.messages(18), List.of(new Span(1, 1, 6))))
                .containsExactly(new DueSummary(new Span(1, 7, 12), List.of()));
    }

    @Test
    void whatWasMissedIsDueAtOnceInPiecesOfSix() {
        assertThat(due(Logs.messages(31), List.of()))
                .extracting(DueSummary::key)
                .containsExactly("1:1-6", "1:7-12", "1:13-18", "1:19-24");
    }

    @Test
    void everyLevelIsReachedAndTheMasterCovers162Messages() {
        int kept = Logs.DEFAULTS.keepRecentMessages();
        assertThat(levels(settle(Logs.messages(6 + kept), List.of(), Logs.DEFAULTS)))
                .isEqualTo(Map.of(1, 1L));
        assertThat(levels(settle(Logs.messages(18 + kept - 1), List.of(), Logs.DEFAULTS)))
                .isEqualTo(Map.of(1, 2L));
        assertThat(levels(settle(Logs.messages(18 + kept), List.of(), Logs.DEFAULTS)))
                .isEqualTo(Map.of(1, 3L, 2, 1L));
        assertThat(levels(settle(Logs.messages(54 + kept), List.of(), Logs.DEFAULTS)))
                .isEqualTo(Map.of(1, 9L, 2, 3L, 3, 1L));
        assertThat(levels(settle(Logs.messages(162 + kept - 1), List.of(), Logs.DEFAULTS)))
                .isEqualTo(Map.of(1, 26L, 2, 8L, 3, 2L));
        List<Span> all = settle(Logs.messages(162 + kept), List.of(), Logs.DEFAULTS);
        assertThat(levels(all)).isEqualTo(Map.of(1, 27L, 2, 9L, 3, 3L, 4, 1L));
        assertThat(all).contains(new Span(4, 1, 162), new Span(3, 1, 54), new Span(2, 145, 162));
    }

    @Test
    void theMasterIsExtendedByTheNextThree() {
        List<Span> all = settle(Logs.messages(2 * 162 + 6 - 1), List.of(), Logs.DEFAULTS);
        assertThat(all).filteredOn(span -> span.level() == 4).containsExactly(new Span(4, 1, 162));
        assertThat(due(Logs.messages(2 * 162 + 6), settleLevelsBelowMaster()))
                .containsExactly(new DueSummary(
                        new Span(4, 1, 324),
                        List.of(
                                new Span(4, 1, 162),
                                new Span(3, 163, 216),
                                new Span(3, 217, 270),
                                new Span(3, 271, 324))));
    }

    private static List<Span> settleLevelsBelowMaster() {
        List<Span> all = settle(Logs.messages(2 * 162 + 6), List.of(), Logs.DEFAULTS);
        all.remove(new Span(4, 1, 324));
        return all;
    }

    @Test
    void smallRulesReachTheirMasterToo() {
        MemoryRules rules = new MemoryRules(2, 0, 0, 2, 5, 0.7);
        List<Span> all = settle(Logs.messages(64), List.of(), rules);
        assertThat(all).contains(new Span(6, 1, 64));
        assertThat(levels(all)).isEqualTo(Map.of(1, 32L, 2, 16L, 3, 8L, 4, 4L, 5, 2L, 6, 1L));
    }

    @Test
    void itDoesNotMatterWhenItIsAsked() {
        List<Span> atOnce = settle(Logs.messages(400), List.of(), Logs.DEFAULTS);
        List<Span> oneByOne = List.of();
        for (int i = 1; i <= 400; i++) {
            oneByOne = settle(Logs.messages(i), oneByOne, Logs.DEFAULTS);
        }
        assertThat(oneByOne).containsExactlyInAnyOrderElementsOf(atOnce);
    }

    @Test
    void aCallIsNotSeparatedFromItsResults() {
        List<LogMessage> log = new ArrayList<>(Logs.messages(5));
        log.add(Logs.call(6, "a", "b"));
        log.add(Logs.result(7, "a"));
        log.add(Logs.result(8, "b"));
        for (int i = 9; i <= 13; i++) {
            log.add(Logs.message(i, Role.USER, "more"));
        }
        // Six are old enough, but the results of the sixth are among the newest six.
        assertThat(due(log.subList(0, 12), List.of())).isEmpty();
        assertThat(due(log, List.of())).isEmpty();
        log.add(Logs.message(14, Role.USER, "more"));
        assertThat(due(log, List.of())).extracting(DueSummary::span).containsExactly(new Span(1, 1, 8));
    }

    @Test
    void aCallThatStillWaitsForItsResultIsNotSummarizedButAnAbandonedOneIs() {
        MemoryRules rules = new MemoryRules(2, 0, 0, 3, 3, 0.7);
        List<LogMessage> waiting = List.of(Logs.message(1, Role.USER, "x"), Logs.call(2, "a"));
        assertThat(SummaryPlan.due(waiting, List.of(), rules, 8192)).isEmpty();
        List<LogMessage> abandoned =
                List.of(waiting.getFirst(), waiting.getLast(), Logs.message(3, Role.USER, "never mind"));
        assertThat(SummaryPlan.due(abandoned, List.of(), rules, 8192))
                .extracting(DueSummary::span)
                .containsExactly(new Span(1, 1, 2));
    }

    @Test
    void aShareOfTheContextMakesASummaryEarlier() {
        MemoryRules rules = new MemoryRules(6, 0.25, 2, 3, 3, 0.7);
        List<LogMessage> log = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            log.add(Logs.message(i, Role.USER, "x".repeat(480)));
        }
        // Two messages of 124 tokens are below a quarter of 1,000 tokens, three are not.
        assertThat(SummaryPlan.due(log, List.of(), rules, 1000)).isEmpty();
        log.add(Logs.message(5, Role.USER, "x"));
        assertThat(SummaryPlan.due(log, List.of(), rules, 1000))
                .extracting(DueSummary::span)
                .containsExactly(new Span(1, 1, 3));
    }

    @Test
    void gapsOfDeletedMessagesDoNotMatter() {
        List<LogMessage> log = Logs.messages(24).stream()
                .filter(message -> message.number() % 2 == 0)
                .toList();
        assertThat(due(log, List.of())).extracting(DueSummary::span).containsExactly(new Span(1, 2, 12));
    }

    @Test
    void aSummaryThatIsMissingIsMadeAgainBeforeAnythingAfterItIsConsolidated() {
        List<LogMessage> log = new ArrayList<>(Logs.messages(80));
        List<Span> all = settle(log, List.of(), Logs.DEFAULTS);
        List<Span> before = List.copyOf(all);
        log.removeIf(message -> message.number() == 9);
        all.removeIf(span -> span.covers(9));
        assertThat(due(log, all)).extracting(DueSummary::span).containsExactly(new Span(1, 7, 12));
        assertThat(settle(log, all, Logs.DEFAULTS)).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void summariesThatStayFewerThanUsualAreConsolidatedAllTheSame() {
        List<LogMessage> log = new ArrayList<>(Logs.messages(80));
        List<Span> all = settle(log, List.of(), Logs.DEFAULTS);
        // All that two summaries covered is deleted, one by one.
        log.removeIf(message -> message.number() <= 12);
        all.removeIf(span -> span.first() <= 12);
        assertThat(due(log, all)).containsExactly(new DueSummary(new Span(2, 13, 18), List.of(new Span(1, 13, 18))));
        List<Span> settled = settle(log, all, Logs.DEFAULTS);
        assertThat(settled).contains(new Span(3, 13, 54));
        assertThat(due(log, settled)).isEmpty();
    }

    @Test
    void importanceFallsWithTheLevel() {
        assertThat(Logs.DEFAULTS.weight(1)).isEqualTo(1);
        assertThat(Logs.DEFAULTS.weight(3)).isCloseTo(0.49, org.assertj.core.data.Offset.offset(1e-9));
        String text = MemoryPrompts.summaries(
                List.of(new Summary(new Span(3, 1, 54), "old"), new Summary(new Span(1, 55, 60), "new")),
                Logs.DEFAULTS);
        assertThat(text.lines())
                .containsExactly(
                        "Summary of messages 1 to 54, importance 0.49:",
                        "old",
                        "",
                        "Summary of messages 55 to 60, importance 1.00:",
                        "new");
    }
}
