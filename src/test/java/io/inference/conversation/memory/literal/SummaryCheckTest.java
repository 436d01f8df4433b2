package io.inference.conversation.memory.literal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryCheckTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    It costs 1,200 euros | costs 1200 euros
                    It costs 1.50 | 1.5
                    We met on 2024-05-12 | met on 12 May 2024
                    We met on May 12th | met on 12 May
                    In 2024, on 12 May, we met | met on 2024-05-12
                    We met on 5/12/2024 | met on 12 May 2024
                    At 14:30 we eat | at 2:30 pm
                    We eat at 2 pm | at 14:00
                    There are three cats | has 3 cats
                    He has a cat | 1. He has a cat
                    Version 1.2.3 is out | released 1.2.3
                    """)
    void theSameValueMayBeWrittenInAnotherWay(String source, String summary) {
        assertThat(SummaryCheck.unsupported(summary, List.of(source))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    It costs 1,200 euros | costs 1300 euros | 1300
                    We met on 12 May and left on 3 June | met on 12 June | 12 june
                    We met on 2024-05-12 | met on 2024-05-13 | 2024-05-13
                    At 14:30 we eat | at 4:30 pm | 4:30 pm
                    No numbers | in 1999 | 1999
                    It is version 1.2.3 | version 1.2.4 | 1.2.4
                    """)
    void aValueThatNoSourceHasIsNamed(String source, String summary, String fault) {
        assertThat(SummaryCheck.unsupported(summary, List.of(source))).containsExactly(fault);
    }

    @Test
    void everySourceCounts() {
        assertThat(SummaryCheck.unsupported("5 and 7", List.of("five", "7"))).isEmpty();
    }
}
