package io.inference.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TokenRateTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void countsTokensForTheTimeInWhichTheModelWorked() {
        TokenRate rate = new TokenRate();
        assertThat(rate.perSecond(0)).isZero();
        rate.add(0, SECOND / 10, 5);
        rate.add(3 * SECOND, 3 * SECOND + SECOND / 10, 5);
        assertThat(rate.perSecond(4 * SECOND)).isCloseTo(50, within(0.001));
    }

    @Test
    void recentStepsCountMoreAndOldOnesAreForgotten() {
        TokenRate rate = new TokenRate();
        rate.add(0, SECOND, 10);
        rate.add(40 * SECOND, 41 * SECOND, 100);
        assertThat(rate.perSecond(41 * SECOND)).isBetween(90.0, 100.0);
        assertThat(rate.perSecond(102 * SECOND)).isZero();
    }
}
