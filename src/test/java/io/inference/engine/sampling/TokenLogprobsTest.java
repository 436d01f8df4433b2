package io.inference.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenLogprobsTest {
    @Test
    void isTheLogOfTheSoftmax() {
        float[] logits = {(float) Math.log(1), (float) Math.log(5), (float) Math.log(2), (float) Math.log(2)};
        TokenLogprobs logprobs = TokenLogprobs.of(logits, 0, 3);
        assertThat(logprobs.logprob()).isCloseTo((float) Math.log(0.1), within(1e-6f));
        assertThat(logprobs.top()).extracting(TokenLogprobs.Alternative::token).containsExactly(1, 2, 3);
        assertThat(logprobs.top().getFirst().logprob()).isCloseTo((float) Math.log(0.5), within(1e-6f));
    }

    @Test
    void survivesLargeLogitsAndListsNoMoreThanThereAre() {
        TokenLogprobs logprobs = TokenLogprobs.of(new float[] {1000, 1000}, 1, 5);
        assertThat(logprobs.logprob()).isCloseTo((float) Math.log(0.5), within(1e-6f));
        assertThat(logprobs.top()).hasSize(2);
        assertThat(TokenLogprobs.of(new float[] {1, 2}, 0, 0).top()).isEqualTo(List.of());
    }
}
