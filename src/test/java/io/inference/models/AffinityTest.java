package io.inference.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AffinityTest {
    @Test
    void textsAreSharedEvenlyAmongReplicas() {
        int[] texts = new int[4];
        IntStream.range(0, 4000).forEach(i -> texts[Affinity.choose("conversation " + i, 4)]++);
        assertThat(IntStream.of(texts).boxed().toList())
                .allSatisfy(count -> assertThat(count).isBetween(850, 1150));
    }

    @Test
    void aReplicaThatIsAddedMovesOnlyItsShare() {
        long moved = IntStream.range(0, 4000)
                .filter(i -> {
                    int before = Affinity.choose("conversation " + i, 4);
                    int after = Affinity.choose("conversation " + i, 5);
                    assertThat(after).isIn(before, 4);
                    return before != after;
                })
                .count();
        assertThat(moved).isBetween(650L, 950L);
    }
}
