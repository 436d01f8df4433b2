package io.inference.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.engine.cpu.kernel.Lanes;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.TensorOps;
import io.inference.engine.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Results are the same to the last bit on every backend, with every number of threads and width of registers. */
class SameBitsTest {
    @Test
    void cpuComputesWhatScalarComputes() {
        float[] expected;
        try (TensorOps scalar = new ScalarOps(2)) {
            expected = SameBits.results(scalar);
        }
        for (int threads = 1; threads <= 3; threads++) {
            try (TensorOps cpu = new VectorOps(threads)) {
                assertThat(SameBits.results(cpu)).containsExactly(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"32,8", "16,4"})
    void narrowerRegistersComputeTheSame(int bytes, int lanes) throws IOException, InterruptedException {
        int expected;
        try (TensorOps scalar = new ScalarOps(1)) {
            expected = Arrays.hashCode(SameBits.results(scalar));
        }
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:MaxVectorSize=" + bytes,
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SameBits.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(child.waitFor()).isZero();
        assertThat(printed).isEqualTo(Math.min(lanes, Lanes.LANES) + " " + expected);
    }

    /** The largest integers on both sides, of either sign, which use every bit of the kernels' short sums. */
    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q4_1", "Q8_0"})
    void theLargestSumsOverflowNothing(TensorType type) {
        int rows = 64;
        int columns = 64;
        Random random = new Random(3);
        Weight w = RandomWeights.of(type, rows, columns, random);
        for (int row = 0; row < rows; row++) {
            fill(w, row, row % 2 == 0);
        }
        float[] x = new float[3 * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = i < columns || i >= 2 * columns && random.nextBoolean() ? 1 : -1;
        }
        float[] expected = new float[3 * rows];
        float[] actual = new float[3 * rows];
        try (TensorOps scalar = new ScalarOps(1);
                TensorOps cpu = new VectorOps(1)) {
            scalar.matmul(scalar.prepare(w), x, 3, expected);
            cpu.matmul(cpu.prepare(w), x, 3, actual);
        }
        assertThat(actual).containsExactly(expected);
    }

    /** All integers of a row the largest or the smallest, with unchanged scales. */
    private static void fill(Weight w, int row, boolean largest) {
        int header = w.type() == TensorType.Q4_1 ? 4 : 2;
        byte extreme = (byte) (w.type() == TensorType.Q8_0 ? largest ? 127 : -128 : largest ? 0xFF : 0);
        for (int block = 0; block < w.columns() / 32; block++) {
            long at = row * w.rowBytes() + (long) block * w.type().blockBytes();
            MemorySegment quants = w.data().asSlice(at + header, w.type().blockBytes() - header);
            for (long i = 0; i < quants.byteSize(); i++) {
                quants.set(ValueLayout.JAVA_BYTE, i, extreme);
            }
        }
    }

    @Test
    void zerosAndTheSmallestInputsAreZero() {
        Weight w = RandomWeights.of(TensorType.Q4_1, 64, 64, new Random(4));
        float[] x = new float[64];
        x[40] = Float.MIN_VALUE;
        float[] out = new float[64];
        try (TensorOps cpu = new VectorOps(1)) {
            cpu.matmul(cpu.prepare(w), x, 1, out);
        }
        assertThat(out).containsOnly(0f);
    }
}
