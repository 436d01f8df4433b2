package io.inference.engine.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.BesideOthers;
import io.inference.engine.cuda.CudaDouble;
import io.inference.engine.cuda.CudaDouble.Schedule;
import io.inference.engine.cuda.kernel.Report.Line;
import io.inference.engine.gguf.TensorType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kernel against its reference, on the test double; and kernels that are broken on purpose are found there. */
@BesideOthers
class KernelTest {
    @ParameterizedTest
    @EnumSource(Schedule.class)
    void theKernelsOfAStepAgreeWithTheirReferences(Schedule schedule) {
        try (CudaDouble cuda = CudaDouble.open()) {
            cuda.schedule(schedule);
            try (Device device = Device.open()) {
                assertThat(KernelChecks.step(device)).allSatisfy(KernelTest::passes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void productsWithWeightsOfEveryTypeAgreeWithTheirReferences(TensorType type) {
        try (CudaDouble cuda = CudaDouble.open()) {
            // Each type with one of the three, so that all types together see all.
            cuda.schedule(Schedule.values()[type.ordinal() % Schedule.values().length]);
            try (Device device = Device.open()) {
                assertThat(KernelChecks.matrix(device, type)).allSatisfy(KernelTest::passes);
            }
        }
    }

    private static void passes(Line line) {
        assertThat(line.worst()).as(line.name()).isLessThanOrEqualTo(1);
    }

    @Test
    void everyScheduleGivesTheSameBits() {
        float[][] outputs = new float[Schedule.values().length][];
        for (Schedule schedule : Schedule.values()) {
            try (CudaDouble cuda = CudaDouble.open()) {
                cuda.schedule(schedule);
                try (Device device = Device.open()) {
                    outputs[schedule.ordinal()] = KernelChecks.matrix(device, TensorType.Q8_0).stream()
                            .map(Line::output)
                            .reduce(new float[0], KernelTest::joined);
                }
            }
        }
        assertThat(outputs[1]).containsExactly(outputs[0]);
        assertThat(outputs[2]).containsExactly(outputs[0]);
    }

    private static float[] joined(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @ParameterizedTest
    @CsvSource({
        "BREAK_NORM_BARRIER, step, race in shared memory, LAUNCH_FAILED",
        "BREAK_SMALL_BARRIER, matrix, race in shared memory, LAUNCH_FAILED",
        "BREAK_ROW_BOUND, matrix, outside device memory, ILLEGAL_ADDRESS",
        "BREAK_POSITION_BOUND, step, outside device memory, ILLEGAL_ADDRESS"
    })
    void aKernelWithoutItsBarrierOrBoundIsFound(String macro, String module, String finding, String error) {
        try (CudaDouble cuda = CudaDouble.open()) {
            cuda.breakKernels(macro);
            Device device = Device.open();
            assertThatThrownBy(() -> {
                        if (module.equals("step")) {
                            KernelChecks.step(device);
                        } else {
                            KernelChecks.matrix(device, TensorType.Q8_0);
                        }
                    })
                    .hasMessageContaining(error);
            assertThat(cuda.report()).contains(finding).containsPattern("\\.cuh?:\\d+");
        }
    }

    /** The instructions of tensor cores are plain C++ there; what surrounds them is the kernels' own. */
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F16", "Q4_0", "Q4_K", "Q8_0"})
    void theKernelsForTensorCoresAgreeWithTheirReferences(TensorType type) {
        try (CudaDouble cuda = CudaDouble.open()) {
            cuda.set("compute_capability", 80).schedule(Schedule.values()[type.ordinal() % Schedule.values().length]);
            try (Device device = Device.open()) {
                assertThat(KernelChecks.matrix(device, type)).allSatisfy(KernelTest::passes);
                assertThat(cuda.get("tensor_core_kernels")).isPositive();
                if (type == TensorType.F16) {
                    assertThat(KernelChecks.step(device)).allSatisfy(KernelTest::passes);
                }
            }
        }
    }
}
