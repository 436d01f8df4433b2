package io.inference.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.BesideOthers;
import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaDriver;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceArena;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.cuda.driver.PinnedBuffer;
import io.inference.engine.gguf.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** On the double of the driver, with a clock of the test's: the double's own times say nothing about a GPU. */
@BesideOthers
class KernelChoiceTest {
    private static final int ROWS = 64;
    private static final int COLUMNS = 64;
    private static final int MOST_INPUTS = 256;

    @Test
    void theFastestKernelsAreChosenForEachNumberOfRows() {
        // SMALL, WIDE_64, WIDE_128, TILE; for 64, 128 and 256 rows
        long[][] nanos = {{3, 2, 4, 5}, {9, 7, 6, 8}, {90, 80, 70, 60}};
        try (CudaDouble cuda = CudaDouble.open().set("compute_capability", 80);
                OneProduct product = new OneProduct()) {
            product.choose(clock(nanos));
            assertThat(product.path(20)).isEqualTo(MatrixPath.SMALL); // has no choice
            assertThat(product.path(33)).isEqualTo(MatrixPath.WIDE_64);
            assertThat(product.path(64)).isEqualTo(MatrixPath.WIDE_64);
            assertThat(product.path(65)).isEqualTo(MatrixPath.WIDE_128);
            assertThat(product.path(128)).isEqualTo(MatrixPath.WIDE_128);
            assertThat(product.path(129)).isEqualTo(MatrixPath.TILE);
            assertThat(product.path(1152)).isEqualTo(MatrixPath.TILE);
            assertThat(product.inputs()).containsOnly(0);
            assertThat(product.results()).containsOnly(0);
            assertThat(cuda.report()).isEmpty();
        }
    }

    @Test
    void aKernelWithOtherResultsIsNotChosen() {
        long[][] nanos = {{9}, {9}, {9}}; // the others are not measured
        try (CudaDouble cuda = CudaDouble.open().set("compute_capability", 80).breakKernels("BREAK_TILE_SUM");
                OneProduct product = new OneProduct()) {
            product.choose(clock(nanos));
            for (int n : new int[] {64, 128, 256}) {
                assertThat(product.path(n)).isEqualTo(MatrixPath.SMALL);
            }
            assertThat(cuda.report()).isEmpty();
        }
    }

    /** For each number of rows three rounds of all kernels, of which the second is the fastest. */
    private static LongSupplier clock(long[][] nanos) {
        List<Long> readings = new ArrayList<>();
        for (long[] ofRows : nanos) {
            for (int round : new int[] {1000, 0, 2000}) {
                for (long duration : ofRows) {
                    readings.addAll(List.of(0L, round + duration));
                }
            }
        }
        return readings::removeFirst;
    }

    /** A matrix on the device with a product's inputs and results. */
    private static final class OneProduct implements AutoCloseable {
        private final CudaContext context = new CudaContext(CudaDriver.device(0));
        private final CudaStream stream = new CudaStream(context);
        private final KernelModules modules = new KernelModules(context);
        private final DeviceArena arena = new DeviceArena(context);
        private final MatrixKernels matrices;
        private final MatrixKernels.Product product;

        OneProduct() {
            int multiprocessors = context.device().multiprocessors();
            DeviceBuffer counters = arena.allocate(4L * multiprocessors, "counters");
            stream.clear(counters);
            matrices = new MatrixKernels(
                    modules,
                    stream,
                    context.device(),
                    false,
                    Set.of(TensorType.Q8_0),
                    arena.allocate(MatrixKernels.partialBytes(multiprocessors), "parts"),
                    counters);
            DeviceBuffer weights = arena.allocate(DeviceMatrix.bytes(TensorType.Q8_0, ROWS, COLUMNS), "weights");
            try (PinnedBuffer host = new PinnedBuffer(context, (int) weights.bytes(), "weights")) {
                host.segment().fill((byte) 0x3c); // integers and scales
                stream.upload(host, weights, weights.bytes());
                stream.synchronize();
            }
            long halves = Activations.halvesBytes(MOST_INPUTS, COLUMNS);
            DeviceBuffer inputs = arena.allocate(halves, "inputs");
            DeviceBuffer results = arena.allocate((long) MOST_INPUTS * ROWS * Float.BYTES, "results");
            product = new MatrixKernels.Product(
                    new DeviceMatrix(TensorType.Q8_0, weights.address(), ROWS, COLUMNS),
                    new Activations(0, 0, inputs.address(), 0),
                    results.address(),
                    ROWS,
                    MatrixKernels.STORE,
                    Activations.NONE,
                    MOST_INPUTS);
        }

        void choose(LongSupplier nanos) {
            new KernelChoice(context, stream, matrices, nanos).run(List.of(product));
        }

        MatrixPath path(int n) {
            return matrices.path(product, n);
        }

        byte[] inputs() {
            return bytes(KernelChoice.inputs(product, MOST_INPUTS));
        }

        byte[] results() {
            return bytes(KernelChoice.results(product, MOST_INPUTS));
        }

        private byte[] bytes(DeviceBuffer buffer) {
            try (PinnedBuffer host = new PinnedBuffer(context, (int) buffer.bytes(), "a check")) {
                stream.download(buffer, host);
                stream.synchronize();
                byte[] bytes = new byte[(int) buffer.bytes()];
                host.bytes().get(bytes);
                return bytes;
            }
        }

        @Override
        public void close() {
            arena.close();
            modules.close();
            stream.close();
            context.close();
        }
    }
}
