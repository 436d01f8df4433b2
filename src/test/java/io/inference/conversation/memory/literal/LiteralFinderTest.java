package io.inference.conversation.memory.literal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteralFinderTest {
    private static List<String> found(String text) {
        return LiteralFinder.find(text).stream()
                .map(literal -> literal.kind() + " " + literal.text())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    see https://example.com/a?b=1. | URL https://example.com/a?b=1
                    write to ana.b@example.org, please | EMAIL ana.b@example.org
                    on 2024-05-12 | DATE 2024-05-12
                    on 2024-05-12T10:30:00Z | DATE 2024-05-12T10:30:00Z
                    on 12th of May 2024 | DATE 12th of May 2024
                    on May 3, 2024 | DATE May 3, 2024
                    in March 2021 | DATE March 2021
                    on 5/12/2024 | DATE 5/12/2024
                    at 14:30 | TIME 14:30
                    at 2:30 pm. | TIME 2:30 pm
                    it costs $1,200.50. | MONEY $1,200.50
                    it costs 30 EUR | MONEY 30 EUR
                    in src/main/java/App.java | PATH src/main/java/App.java
                    in /etc/hosts, | PATH /etc/hosts
                    open report.pdf | PATH report.pdf
                    order 4711-B | ID 4711-B
                    ticket #123 | ID #123
                    ticket ABC-123 | ID ABC-123
                    the host db-ruby-7 | ID db-ruby-7
                    version 1.2.3 | ID 1.2.3
                    at 10.0.0.1:8080 | ID 10.0.0.1:8080
                    id 123e4567-e89b-12d3-a456-426614174000 | ID 123e4567-e89b-12d3-a456-426614174000
                    it weighs 12.5 kg | QUANTITY 12.5 kg
                    takes 40ms | QUANTITY 40ms
                    rose by 3.5% | QUANTITY 3.5%
                    with 12 people | QUANTITY 12 people
                    it was 42. | NUMBER 42
                    we met Maria Lopez. | NAME Maria Lopez
                    we live in Kyoto's north | NAME Kyoto
                    the NASA report | NAME NASA
                    """)
    void valuesAreFoundByTheirForm(String text, String value) {
        assertThat(found(text)).containsExactly(value);
    }

    @Test
    void wordsThatBeginSentencesAreNoNamesUnlessTheyAct() {
        assertThat(found("Remember this. What do you think? Thanks.")).isEmpty();
        assertThat(found("Alice lives here. Bob and I agree.")).containsExactly("NAME Alice", "NAME Bob");
    }

    @Test
    void longTextsAreReadQuickly() {
        String text =
                "aaaa-1".repeat(20_000) + " " + "1,".repeat(50_000) + " " + "A ".repeat(50_000) + "a.b@".repeat(20_000);
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> LiteralFinder.find(text));
    }
}
