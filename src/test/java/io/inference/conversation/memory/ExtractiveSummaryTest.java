package io.inference.conversation.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.conversation.memory.literal.SummaryCheck;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtractiveSummaryTest {
    private static final List<String> TEXTS = List.of(
            "user: Hello there. My order is 4711-B and I paid 30 EUR. It is raining.",
            "assistant: I see. The parcel arrives on 3 June. Have a nice day.");

    @Test
    void sentencesWithValuesComeFirstAndKeepTheirOrder() {
        assertThat(ExtractiveSummary.of(TEXTS, 31, Logs.COUNTER).lines())
                .containsExactly("- My order is 4711-B and I paid 30 EUR.", "- The parcel arrives on 3 June.");
    }

    @Test
    void itAlwaysFitsAndItsValuesAreThoseOfItsSources() {
        for (int most = 0; most < 120; most++) {
            String summary = ExtractiveSummary.of(TEXTS, most, Logs.COUNTER);
            assertThat(summary.isEmpty() ? 0 : Logs.COUNTER.count(summary)).isLessThanOrEqualTo(most);
            assertThat(SummaryCheck.unsupported(summary, TEXTS)).isEmpty();
        }
    }
}
