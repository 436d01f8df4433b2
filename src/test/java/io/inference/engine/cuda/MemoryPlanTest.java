package io.inference.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.engine.error.DeviceUnavailableException;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.model.RopeConfig;
import io.inference.engine.tensor.KvLayout;
import org.junit.jupiter.api.Test;

/** The division of a device's memory, without a device. */
class MemoryPlanTest {
    private static final long GB = 1_000_000_000;
    private static final long WEIGHTS = 4_700 * 1_000_000L;

    /** Llama 3.1 8B. */
    private static final ModelConfig CONFIG = new ModelConfig(
            "llama", 32, 4096, 32, 8, 128, 14_336, 131_072, 1e-5f, new RopeConfig(128, 500_000, 1, true));

    private static StepMemory steps(int contextLength) {
        return new StepMemory(CONFIG, 128_256, 1024 + 32, 32, contextLength, false, 58);
    }

    @Test
    void aLargeDeviceHoldsEverySequencesWholeContext() {
        MemoryPlan plan = MemoryPlan.of(WEIGHTS, steps(8192), 8, 80 * GB);
        assertThat(plan.contextLength()).isEqualTo(8192);
        assertThat(plan.pages()).isEqualTo(8 * 8192 / 16);
        assertThat(plan.cut()).isFalse();
    }

    @Test
    void lessMemoryMeansFewerPagesBeforeAShorterContext() {
        MemoryPlan plan = MemoryPlan.of(WEIGHTS, steps(8192), 8, 8 * GB);
        assertThat(plan.contextLength()).isEqualTo(8192);
        assertThat(plan.pages()).isBetween(8192 / 16, 8 * 8192 / 16 - 1);
        assertThat(plan.usedBytes()).isLessThan(8 * GB);
    }

    @Test
    void theContextIsCutToWhatFits() {
        MemoryPlan plan = MemoryPlan.of(WEIGHTS, steps(8192), 8, 6 * GB);
        assertThat(plan.cut()).isTrue();
        assertThat(plan.contextLength()).isBetween(512, 8191);
        assertThat(plan.contextLength() % 256).isZero();
        assertThat(plan.pages()).isGreaterThanOrEqualTo(KvLayout.pagesFor(plan.contextLength()));
        assertThat(plan.usedBytes()).isLessThan(6 * GB);
        assertThat(plan.neededBytes()).isGreaterThan(6 * GB);
        assertThat(plan.summary())
                .matches("needs 6\\.\\d GB, 6\\.0 GB free: context cut to \\d,\\d{3}, .*pages of keys and values.*");
        MemoryPlan next = MemoryPlan.of(WEIGHTS, steps(plan.contextLength() + 256), 8, 6 * GB);
        assertThat(next.contextLength()).as("the longest that fits").isEqualTo(plan.contextLength());
    }

    @Test
    void aModelThatDoesNotFitIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> MemoryPlan.of(WEIGHTS, steps(8192), 8, 5 * GB))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageMatching(
                        "the model does not fit: weights 4\\.7 GB \\+ steps .* \\+ a context of 512 tokens .*"
                                + " \\+ reserve .* = 5\\.\\d GB, 5\\.0 GB free on the GPU");
    }

    /** Half precision: 2 MiB for 16 positions of this model. */
    @Test
    void aPageHasTheSizeOfItsKeysAndValues() {
        assertThat(steps(8192).pageBytes()).isEqualTo(32L * 8 * 2 * 128 * 16 * 2);
    }

    @Test
    void theAttentionsPartsAreBounded() {
        StepMemory long128k = steps(131_072);
        assertThat(long128k.attentionRows()).isPositive().matches(rows -> rows % 8 == 0);
        assertThat(long128k.partialBytes()).isLessThan(300 * 1_000_000L);
        assertThat(steps(512).attentionRows()).isEqualTo(128);
    }
}
