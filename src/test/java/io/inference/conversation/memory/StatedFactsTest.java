package io.inference.conversation.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.message.Role;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatedFactsTest {
    private static final Instant AT = Instant.parse("2030-01-02T03:04:05Z");
    private static final List<LogMessage> MESSAGES = List.of(
            message(3, "My dog is called Biscuit, and i prefer the aisle seat."),
            message(4, "Noted."),
            message(5, "The budget is $48,250. Das Passwort liegt unter der grünen Lampe."));

    private static LogMessage message(long number, String text) {
        return LogMessage.of(number, Role.USER, text, 10, AT);
    }

    private static List<String> found(String answer) {
        return StatedFacts.of(answer, MESSAGES).stream()
                .map(fact -> fact.message() + " " + fact.label() + "=" + fact.value())
                .toList();
    }

    @Test
    void valuesAreTakenAsTheirMessageHasThem() {
        assertThat(found("""
                Here are the facts:
                3 | seat | AISLE seat
                - [5] | **password** | "unter der grünen Lampe"
                """)).containsExactly("3 seat=aisle seat", "5 password=unter der grünen Lampe");
    }

    @Test
    void whatTheMessageLacksIsNotTaken() {
        assertThat(found("""
                3 | seat | window seat
                4 | seat | aisle seat
                9 | seat | aisle seat
                seat | aisle seat
                3 | seat 17 | aisle seat
                3 |  | aisle seat
                3 | seat |
                99999999999999999999 | seat | aisle seat
                """)).isEmpty();
    }

    @Test
    void whatIsFoundByItsFormIsNotTakenAgain() {
        assertThat(found("5 | budget | $48,250\n3 | seat | aisle seat\n3 | place | aisle seat"))
                .containsExactly("3 seat=aisle seat");
    }

    @Test
    void oneMessageHasTenAtMost() {
        StringBuilder answer = new StringBuilder();
        for (String word : MESSAGES.getFirst().text().split("[ ,.]+")) {
            answer.append("3 | word | ").append(word).append('\n');
        }
        assertThat(found(answer.toString())).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void aLaterFactOfTheSameNameCorrectsTheEarlierOne() {
        List<LogMessage> messages = List.of(message(1, "i like the colour green"), message(2, "now it is blue"));
        Ledger ledger = Ledger.of(messages).with(StatedFacts.of("2 | colour | blue\n1 | colour | green", messages));
        assertThat(ledger.render(500, (role, text) -> text.length() / 4))
                .contains("- colour: blue (2, 2030-01-02; before: green, 1)")
                .doesNotContain("- colour: green");
    }
}
