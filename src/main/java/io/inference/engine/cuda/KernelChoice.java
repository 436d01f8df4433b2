package io.inference.engine.cuda;

import io.inference.engine.cuda.MatrixKernels.Product;
import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaGraph;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.PinnedBuffer;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Chooses the kernels of products with many rows of inputs by the time that they take on this device, for each shape of
 * a model's matrices. One whose results are not those of {@link MatrixPath#SMALL} is not chosen, and a warning says so:
 * cards, and their drivers' compilers, differ.
 */
final class KernelChoice {
    /** Numbers of rows that are measured: of batches, and of prompts. */
    private static final int[] ROWS = {64, 128, 256};

    private static final int MOST_ROWS = ROWS[ROWS.length - 1];

    private static final List<MatrixPath> PATHS =
            List.of(MatrixPath.SMALL, MatrixPath.WIDE_64, MatrixPath.WIDE_128, MatrixPath.TILE);

    /** Weights that are read in a measurement: more than a second-level cache holds. */
    private static final long MEASURED_BYTES = 128 << 20;

    private static final int ROUNDS = 3;

    /** Results that are compared, in slices from all over. */
    private static final int SLICES = 16;

    private static final int SLICE_BYTES = 64 << 10;

    /**
     * Difference of a result in relation to itself and to the root mean square of all: sums in another order explain
     * 1e-5, and the rounding of SwiGLU's results to halves 0.001.
     */
    private static final double MOST_DIFFERENCE = 0.005;

    private static final System.Logger LOG = System.getLogger(CudaBackend.class.getName());

    private final CudaContext context;
    private final CudaStream stream;
    private final MatrixKernels matrices;
    private final LongSupplier nanos;

    /** @param nanos a clock, as {@link System#nanoTime} */
    KernelChoice(CudaContext context, CudaStream stream, MatrixKernels matrices, LongSupplier nanos) {
        this.context = context;
        this.stream = stream;
        this.matrices = matrices;
        this.nanos = nanos;
    }

    /** Measures and chooses. What the products read and write is zero afterwards, as it was before. */
    void run(List<Product> products) {
        long started = System.nanoTime();
        Map<MatrixPath, Integer> counts = new EnumMap<>(MatrixPath.class);
        Collection<List<Product>> shapes = products.stream()
                .collect(Collectors.groupingBy(Product::shape, LinkedHashMap::new, Collectors.toList()))
                .values();
        int largest = products.stream()
                .mapToInt(it -> Math.toIntExact(inputs(it, MOST_ROWS).bytes()))
                .max()
                .orElse(0);
        try (PinnedBuffer host =
                new PinnedBuffer(context, Math.max(largest, SLICES * SLICE_BYTES), "comparing kernels")) {
            for (List<Product> shape : shapes) {
                int most = shape.stream().mapToInt(Product::mostRows).min().orElseThrow();
                int below = MatrixPath.ONE_PATH_ROWS;
                for (int rows : ROWS) {
                    if (most > below) {
                        counts.merge(choose(shape, Math.min(rows, most), host), 1, Integer::sum);
                    }
                    below = rows;
                }
            }
        }
        for (Product product : products) {
            int n = Math.min(product.mostRows(), MOST_ROWS);
            stream.clear(inputs(product, n));
            stream.clear(results(product, n));
        }
        stream.synchronize();
        LOG.log(
                System.Logger.Level.INFO,
                "kernels for %d kinds of products with more than %d rows chosen in %.1f s: %s"
                        .formatted(
                                counts.values().stream().mapToInt(it -> it).sum(),
                                MatrixPath.ONE_PATH_ROWS,
                                (System.nanoTime() - started) / 1e9,
                                counts));
    }

    private MatrixPath choose(List<Product> shape, int n, PinnedBuffer host) {
        Product first = shape.getFirst();
        int compared = n - 3; // a tile that is not full is among them
        uploadRandom(inputs(first, n), host);
        float[] expected = results(first, MatrixPath.SMALL, compared, host);
        Map<MatrixPath, CudaGraph> work = new EnumMap<>(MatrixPath.class);
        try {
            for (MatrixPath path : PATHS) {
                if (path == MatrixPath.SMALL || agrees(first, path, compared, host, expected)) {
                    // The driver loads a kernel at its first launch, which must not happen while launches are recorded.
                    matrices.multiply(path, first, n);
                    work.put(path, stream.capture("products by " + path, () -> launch(shape, path, n)));
                }
            }
            Map<MatrixPath, Long> nanos = times(work);
            MatrixPath fastest = nanos.keySet().stream()
                    .sorted(Comparator.comparing(nanos::get))
                    .filter(it -> it == MatrixPath.SMALL || agrees(first, it, compared, host, expected))
                    .findFirst()
                    .orElse(MatrixPath.SMALL);
            matrices.choose(first, n, fastest);
            return fastest;
        } finally {
            work.values().forEach(CudaGraph::close);
        }
    }

    /** Whether a path's results are those expected; logs a warning if they are not. */
    private boolean agrees(Product product, MatrixPath path, int n, PinnedBuffer host, float[] expected) {
        double difference = difference(results(product, path, n, host), expected);
        if (difference <= MOST_DIFFERENCE) {
            return true;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the kernel %s is not used on this device: results for %s (%d,%d), %d rows, differ by %.3f"
                        .formatted(
                                path,
                                product.matrix().type(),
                                product.matrix().rows(),
                                product.matrix().columns(),
                                n,
                                difference));
        return false;
    }

    static DeviceBuffer inputs(Product product, int n) {
        return new DeviceBuffer(
                product.in().halves(),
                Activations.halvesBytes(n, product.matrix().columns()));
    }

    static DeviceBuffer results(Product product, int n) {
        int rows = product.matrix().rows();
        return product.mode() == MatrixKernels.SWIGLU
                ? new DeviceBuffer(product.activated().halves(), Activations.halvesBytes(n, rows / 2))
                : new DeviceBuffer(product.out(), ((n - 1L) * product.stride() + rows) * Float.BYTES);
    }

    /** Halves from -1 to 1. */
    private void uploadRandom(DeviceBuffer to, PinnedBuffer host) {
        Random random = new Random(1);
        short[] values = new short[8191]; // no multiple of a row
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.floatToFloat16(2 * random.nextFloat() - 1);
        }
        ByteBuffer bytes = host.bytes();
        for (int i = 0; i < to.bytes() / Short.BYTES; i++) {
            bytes.putShort(i * Short.BYTES, values[i % values.length]);
        }
        stream.upload(host, to, to.bytes());
        stream.synchronize();
    }

    /** Results of a product; of one that adds, after the second time. */
    private float[] results(Product product, MatrixPath path, int n, PinnedBuffer host) {
        DeviceBuffer all = results(product, n);
        boolean halves = product.mode() == MatrixKernels.SWIGLU;
        stream.clear(all);
        matrices.multiply(path, product, n);
        if (product.mode() == MatrixKernels.ADD) {
            matrices.multiply(path, product, n);
        }
        int slice = (int) Math.min(all.bytes() / SLICES, SLICE_BYTES) / Float.BYTES * Float.BYTES;
        for (int i = 0; i < SLICES; i++) {
            // the first one begins where the results do, the last one ends where they do
            long at = (all.bytes() - slice) / (SLICES - 1) * i / Float.BYTES * Float.BYTES;
            stream.download(all.slice(i == SLICES - 1 ? all.bytes() - slice : at, slice), host, i * slice);
        }
        stream.synchronize();
        int size = halves ? Short.BYTES : Float.BYTES;
        float[] values = new float[SLICES * slice / size];
        ByteBuffer bytes = host.bytes();
        for (int i = 0; i < values.length; i++) {
            values[i] = halves ? Float.float16ToFloat(bytes.getShort(i * size)) : bytes.getFloat(i * size);
        }
        return values;
    }

    /** The largest difference of a result in relation to itself and to the root mean square; infinite for no number. */
    private static double difference(float[] actual, float[] expected) {
        double squares = 0;
        for (float value : expected) {
            squares += (double) value * value;
        }
        double scale = Math.max(Math.sqrt(squares / expected.length), Float.MIN_NORMAL);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]) / (scale + Math.abs(expected[i]));
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
        }
        return worst;
    }

    /** Nanoseconds of each path's work: of several rounds the fastest, after one that is not measured. */
    private Map<MatrixPath, Long> times(Map<MatrixPath, CudaGraph> work) {
        Map<MatrixPath, Long> least = new EnumMap<>(MatrixPath.class);
        for (CudaGraph graph : work.values()) {
            stream.launch(graph);
        }
        stream.synchronize();
        for (int round = 0; round < ROUNDS; round++) {
            work.forEach((path, graph) -> {
                long start = nanos.getAsLong();
                stream.launch(graph);
                stream.synchronize();
                least.merge(path, nanos.getAsLong() - start, Math::min);
            });
        }
        return least;
    }

    /** Products with the matrices of several layers, as a step has them, so that weights come from memory. */
    private void launch(List<Product> shape, MatrixPath path, int n) {
        long bytes = 0;
        for (int i = 0; i < shape.size() && bytes < MEASURED_BYTES; i++) {
            DeviceMatrix matrix = shape.get(i).matrix();
            bytes += DeviceMatrix.bytes(matrix.type(), matrix.rows(), matrix.columns());
            matrices.multiply(path, shape.get(i), n);
        }
    }
}
