package io.inference.conversation.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.message.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static Ledger ledger(String... texts) {
        return Ledger.of(IntStream.range(0, texts.length)
                .mapToObj(i -> Logs.message(i + 1, Role.USER, texts[i]))
                .toList());
    }

    private static List<String> holding(Ledger ledger) {
        return ledger.facts().stream()
                .filter(LedgerFact::holds)
                .map(fact -> fact.label() + "=" + fact.value())
                .toList();
    }

    @Test
    void valuesAreKeptWithWhatTheyAreOfAndWhereTheyComeFrom() {
        Ledger ledger = ledger("The deadline is 12 May 2030.", "Our server db-7 listens on port 5432.");
        assertThat(holding(ledger)).contains("deadline=12 May 2030", "db-7 listens port=5432");
        assertThat(ledger.facts().getFirst().message()).isEqualTo(1);
        assertThat(ledger.facts().getFirst().kind()).isEqualTo("date");
    }

    @Test
    void aCorrectionSupersedesTheOldValueAndKeepsItsDate() {
        Ledger ledger = ledger("The budget is $500.", "The team has 4 people.", "Sorry, the budget is now $650.");
        assertThat(holding(ledger)).contains("budget=$650").doesNotContain("budget=$500");
        assertThat(ledger.facts()).anySatisfy(fact -> {
            assertThat(fact.value()).isEqualTo("$500");
            assertThat(fact.supersededBy()).isEqualTo(3);
        });
        assertThat(ledger.render(1000, Logs.COUNTER)).contains("- budget: $650 (3, 2030-01-01; before: $500, 1)");
    }

    @Test
    void aValueThatIsTakenBackIsSuperseded() {
        assertThat(holding(ledger("The meeting starts at 14:00.", "No, not 14:00 but 15:30.")))
                .contains("=15:30")
                .doesNotContain("meeting starts=14:00");
        assertThat(holding(ledger("Lunch is at 12:30.", "Lunch was moved from 12:30 to 13:15.")))
                .contains("lunch=13:15")
                .doesNotContain("lunch=12:30");
    }

    @Test
    void valuesOfOtherThingsStay() {
        Ledger ledger = ledger(
                "The port of server A is 8080.", "The port of server B is 9090.", "Ports 80, 443 and 8443 are open.");
        assertThat(holding(ledger))
                .contains("port server a=8080", "port server b=9090", "ports=80", "ports=443", "ports=8443");
    }

    @Test
    void aListThatIsRepeatedInPartIsCorrectedInPart() {
        assertThat(holding(ledger("Ports 80 and 443 are open.", "Ports 80 and 8443 are open.")))
                .containsExactly("ports=80", "ports=8443");
    }

    @Test
    void aLongConversationIsReadQuickly() {
        List<LogMessage> log = new ArrayList<>();
        for (int i = 1; i <= 10_000; i++) {
            log.add(Logs.message(i, Role.USER, "The size is %d mm on day %d and a%d.txt is new.".formatted(i, i, i)));
        }
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> Ledger.of(log).render(500, Logs.COUNTER));
    }

    @Test
    void aRepeatedValueIsKeptOnce() {
        assertThat(holding(ledger("The budget is $500.", "So the budget is $500?")))
                .containsExactly("budget=$500");
    }

    @Test
    void addingMessagesLaterIsTheSame() {
        List<LogMessage> log = List.of(
                Logs.message(1, Role.USER, "The budget is $500."), Logs.message(2, Role.USER, "The budget is $600."));
        assertThat(Ledger.of(log.subList(0, 1)).plus(log.subList(1, 2))).isEqualTo(Ledger.of(log));
    }

    @Test
    void ledgersOfPartsAreJoinedToThatOfTheWhole() {
        List<String> texts = List.of(
                "The budget is $500. The meeting starts at 14:00.",
                "The team has 4 people and its server is db-7.",
                "No, not 14:00 but 15:30.",
                "So the budget is $500?",
                "The budget is now $650, the file is /srv/a.txt.",
                "The budget is $700.");
        List<LogMessage> log = IntStream.range(0, texts.size())
                .mapToObj(i -> Logs.message(i + 1, Role.USER, texts.get(i)))
                .toList();
        for (int cut = 1; cut < log.size(); cut++) {
            Ledger joined = Ledger.of(log.subList(0, cut)).plus(Ledger.of(log.subList(cut, log.size())));
            assertThat(joined.facts())
                    .as("cut at %d", cut)
                    .containsExactlyInAnyOrderElementsOf(Ledger.of(log).facts());
        }
    }

    @Test
    void aLimitedLedgerKeepsTheMostImportantValuesAndWhatTheyCorrected() {
        Ledger ledger = ledger("We met Maria Lopez.", "The budget is $500.", "The budget is $650.");
        assertThat(ledger.limited(1).facts()).extracting(LedgerFact::value).containsExactly("$500", "$650");
    }

    @Test
    void theTextKeepsToItsBudgetAndPrefersWhatHasALabel() {
        List<LogMessage> log = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            String name = "" + (char) ('a' + i / 26) + (char) ('a' + i % 26);
            log.add(Logs.message(
                    i, Role.USER, "We met Maria L%s. The size of %s is %d mm.".formatted(name, name, i + 1000)));
        }
        Ledger ledger = Ledger.of(log);
        for (int most : new int[] {0, 20, 100, 500}) {
            String text = ledger.render(most, Logs.COUNTER);
            assertThat(text.isEmpty() ? 0 : Logs.COUNTER.count(text)).isLessThanOrEqualTo(most);
        }
        assertThat(ledger.render(120, Logs.COUNTER))
                .contains("size ac: 1002 mm", "size hs: 1200 mm")
                .doesNotContain("Maria");
        assertThat(ledger.render(0, Logs.COUNTER)).isEmpty();
        assertThat(Ledger.EMPTY.render(1000, Logs.COUNTER)).isEmpty();
    }
}
