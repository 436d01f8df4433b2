package io.inference.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int POINTS = 20_000;
    private static final float[] LOGITS = {1f, 3f, -2f, 2.5f, 0f, 2.5f, -1f, 2f};

    private final Sampler sampler = new Sampler();

    @Test
    void temperatureZeroIsGreedy() {
        SamplingState greedy = state(SamplingOptions.greedy());
        assertThat(sampler.sample(LOGITS, greedy)).isEqualTo(1);
        assertThat(sampler.sample(new float[] {2, 2, 1}, greedy)).isZero();
    }

    @Test
    void neutralOptionsDrawFromTheModelsDistribution() {
        assertDistribution(SamplingOptions.neutral(1), LOGITS);
    }

    @Test
    void everyFilterLeavesExactlyTheRightDistribution() {
        assertDistribution(options(0.7f, 0, 1, 0), LOGITS);
        assertDistribution(options(1.8f, 0, 1, 0), LOGITS);
        assertDistribution(options(1, 3, 1, 0), LOGITS);
        assertDistribution(options(1, 1, 1, 0), LOGITS);
        assertDistribution(options(1, 100, 1, 0), LOGITS);
        assertDistribution(options(1, 0, 0.8f, 0), LOGITS);
        assertDistribution(options(1, 0, 0, 0), LOGITS);
        assertDistribution(options(1, 0, 1, 0.3f), LOGITS);
        assertDistribution(options(0.8f, 5, 0.9f, 0.1f), LOGITS);
    }

    @Test
    void filtersHoldForRandomLogitsAndOptions() {
        Random random = new Random(3);
        for (int round = 0; round < 40; round++) {
            float[] logits = new float[50 + random.nextInt(200)];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = Math.round(random.nextGaussian() * 20) / 10f; // ties on purpose
            }
            assertDistribution(
                    options(
                            0.3f + random.nextFloat() * 2,
                            random.nextBoolean() ? 0 : 1 + random.nextInt(60),
                            random.nextBoolean() ? 1 : random.nextFloat(),
                            random.nextBoolean() ? 0 : random.nextFloat() / 2),
                    logits);
        }
    }

    @Test
    void sameSeedSameTokens() {
        assertThat(draws(9)).isEqualTo(draws(9)).isNotEqualTo(draws(10));
    }

    /** The numbers that the generator of the JDK gives one after another, as a function of seed and counter. */
    @Test
    void pointsAreThoseOfASplittableRandom() {
        for (long seed : new long[] {0, 42, -7, Long.MAX_VALUE}) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int drawn = 0; drawn < 100; drawn++) {
                SamplingState state = new SamplingState(SamplingOptions.neutral(seed), new int[0], 0, drawn, -1);
                assertThat(state.point()).as("seed %d, number %d", seed, drawn).isEqualTo(random.nextDouble());
            }
        }
    }

    @Test
    void penaltiesLowerTheTokensInTheWindow() {
        SamplingOptions options = new SamplingOptions(1, 0, 1, 0, 2f, 0.25f, 0.5f, 4, 0);
        // The window is 1, 2, 2, 5: both sevens have left, and the 3 is not part of the sequence yet.
        SamplingState state = new SamplingState(options, new int[] {7, 7, 1, 2, 2, 5, 3}, 6, 0, -1);
        float[] penalized = LOGITS.clone();
        penalized[1] = 3f / 2 - 0.25f - 0.5f;
        penalized[2] = -2f * 2 - 0.25f - 2 * 0.5f;
        penalized[5] = 2.5f / 2 - 0.25f - 0.5f;
        float[] logits = LOGITS.clone();
        assertThat(histogram(state, logits)).containsExactly(expected(options, penalized), within(2.0 / POINTS));
        assertThat(logits).isEqualTo(LOGITS);
    }

    @Test
    void aWindowOfZeroPenalizesNothingAndMinusOneEverything() {
        float[] logits = {1, 0.9f};
        for (int window : new int[] {0, -1}) {
            int[] history = new int[5001];
            Arrays.fill(history, 1, history.length, 7);
            SamplingOptions options = new SamplingOptions(0, 0, 1, 0, 1, 1, 0, window, 0);
            SamplingState state = new SamplingState(options, history, history.length, 0, -1);
            assertThat(sampler.sample(logits, state)).isEqualTo(window == 0 ? 0 : 1);
        }
    }

    @Test
    void copesWithInfinitiesAndRefusesNoNumbers() {
        float[] logits = {Float.NEGATIVE_INFINITY, 1, Float.NaN, 1};
        assertThat(histogram(state(SamplingOptions.neutral(0)), logits))
                .containsExactly(new double[] {0, 0.5, 0, 0.5}, within(2.0 / POINTS));
        assertThat(histogram(state(options(1, 2, 1, 0)), logits))
                .containsExactly(new double[] {0, 0.5, 0, 0.5}, within(2.0 / POINTS));
        float[] certain = {0, Float.POSITIVE_INFINITY};
        assertThat(sampler.sample(certain, state(SamplingOptions.neutral(0)))).isEqualTo(1);
        assertThatThrownBy(() -> sampler.sample(new float[] {Float.NaN}, state(SamplingOptions.greedy())))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesOptionsOutOfRange() {
        assertThatThrownBy(() -> options(-1, 0, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("temperature is -1.0; it must be 0 or more");
        assertThatThrownBy(() -> options(1, -1, 1, 0)).hasMessageContaining("top_k");
        assertThatThrownBy(() -> options(1, 0, 1.1f, 0)).hasMessageContaining("top_p");
        assertThatThrownBy(() -> options(1, 0, 1, Float.NaN)).hasMessageContaining("min_p");
    }

    private static SamplingOptions options(float temperature, int topK, float topP, float minP) {
        return new SamplingOptions(temperature, topK, topP, minP, 1, 0, 0, 64, 0);
    }

    /** The state of a sequence without tokens. */
    private static SamplingState state(SamplingOptions options) {
        return new SamplingState(options, new int[0], 0, 0, SamplingState.NO_LOGPROBS);
    }

    private List<Integer> draws(long seed) {
        SamplingOptions options = SamplingOptions.neutral(seed);
        return IntStream.range(0, 100)
                .mapToObj(i -> sampler.sample(LOGITS, new SamplingState(options, new int[0], 0, i, -1)))
                .toList();
    }

    /** Sampling is a function of a point from 0 to 1: a sweep measures the distribution without randomness. */
    private void assertDistribution(SamplingOptions options, float[] logits) {
        assertThat(histogram(state(options), logits))
                .as("%s", options)
                .containsExactly(expected(options, logits), within(2.0 / POINTS));
    }

    private double[] histogram(SamplingState state, float[] logits) {
        double[] shares = new double[logits.length];
        for (int i = 0; i < POINTS; i++) {
            shares[sampler.sample(logits, state, (i + 0.5) / POINTS)] += 1.0 / POINTS;
        }
        return shares;
    }

    /** The plain definition: sort everything, cut, renormalise. */
    private static double[] expected(SamplingOptions options, float[] logits) {
        double[] weights = new double[logits.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp(logits[i] / options.temperature());
        }
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, weights.length).boxed().toList());
        order.sort(Comparator.comparingDouble(i -> -weights[i]));
        if (options.topK() > 0 && options.topK() < order.size()) {
            order = order.subList(0, options.topK());
        }
        double total = order.stream().mapToDouble(i -> weights[i]).sum();
        double[] result = new double[logits.length];
        double sum = 0;
        for (int i : order) {
            if (sum >= options.topP() * total && sum > 0 || weights[i] < options.minP() * weights[order.getFirst()]) {
                break;
            }
            sum += weights[i];
            result[i] = weights[i];
        }
        double kept = sum;
        return Arrays.stream(result).map(it -> it / kept).toArray();
    }
}
