package io.inference.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExponentialTest {
    @Test
    void agreesWithMathExp() {
        float[] in = new float[100_000];
        for (int i = 0; i < in.length; i++) {
            in[i] = -44f * i / in.length;
        }
        float[] out = new float[in.length];
        Exponential.of(in, 0, in.length, 0, 1, out);
        for (int i = 0; i < in.length; i++) {
            double exact = Math.exp(in[i]);
            assertThat(Math.abs(out[i] - exact) / exact).as("e^%s", in[i]).isLessThan(2e-5);
        }
    }

    @Test
    void whatWeighsNothingIsNothingAndNoNumberStaysNone() {
        float[] in = {9, 5, -400, Float.NEGATIVE_INFINITY, Float.NaN};
        float[] out = new float[4];
        Exponential.of(in, 1, 4, 5, 1e-40f, out);
        assertThat(out[0]).isEqualTo(1);
        assertThat(out[1]).isBetween(0f, 1e-19f);
        assertThat(out[2]).isBetween(0f, 1e-19f);
        assertThat(out[3]).isNaN();
    }
}
