package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.PinnedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Chooses the kernels of products with many rows of inputs by the time that they take on this device, for each shape of
 * a model's matrices. One whose results are not those of {@link MatrixPath#SMALL} is not chosen, and a warning says so:
 * cards, and their drivers' compilers, differ.
 */
final class KernelChoice {
    /** Numbers of rows that are measured, one of each class: batches, and prompts. */
    private static final int[] ROWS = {64, 128, 256};

    private static final List<MatrixPath> PATHS =
            List.of(MatrixPath.SMALL, MatrixPath.WIDE_64, MatrixPath.WIDE_128, MatrixPath.TILE);

    /** Weights that are read in a measurement: more than a second-level cache holds. */
    private static final long MEASURED_BYTES = 128 << 20;

    private static final int ROUNDS = 2;

    /** Results that are compared. */
    private static final int COMPARED_BYTES = 1 << 20;

    /** Root mean square of the difference of results, in relation to that of the results; halves explain 0.001. */
    private static final double MOST_DIFFERENCE = 0.01;

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

    /**
     * A product of a model's step.
     *
     * @param in inputs as halves
     * @param out address of {@code (n,stride)} results; not used by {@link MatrixKernels#SWIGLU}
     * @param activated results of {@link MatrixKernels#SWIGLU} as halves
     * @param mostRows maximum number of rows of inputs
     */
    record Product(
            DeviceMatrix matrix, Activations in, long out, int stride, int mode, Activations activated, int mostRows) {
        DeviceBuffer inputs(int n) {
            return new DeviceBuffer(in.halves(), Activations.halvesBytes(n, matrix.columns()));
        }

        DeviceBuffer results(int n) {
            return mode == MatrixKernels.SWIGLU
                    ? new DeviceBuffer(activated.halves(), Activations.halvesBytes(n, matrix.rows() / 2))
                    : new DeviceBuffer(out, ((n - 1L) * stride + matrix.rows()) * Float.BYTES);
        }

        boolean takesAsLongAs(Product other) {
            return matrix.type() == other.matrix.type()
                    && matrix.rows() == other.matrix.rows()
                    && matrix.columns() == other.matrix.columns()
                    && mode == other.mode;
        }
    }

    /** Measures and chooses. What the products read and write is zero afterwards, as it was before. */
    void run(List<Product> products) {
        long started = System.nanoTime();
        List<List<Product>> shapes = new ArrayList<>();
        for (Product product : products) {
            shapes.stream()
                    .filter(it -> it.getFirst().takesAsLongAs(product))
                    .findFirst()
                    .orElseGet(() -> {
                        shapes.add(new ArrayList<>());
                        return shapes.getLast();
                    })
                    .add(product);
        }
        Map<MatrixPath, Integer> counts = new EnumMap<>(MatrixPath.class);
        int largest = products.stream()
                .mapToInt(it -> Math.toIntExact(it.inputs(ROWS[ROWS.length - 1]).bytes()))
                .max()
                .orElse(0);
        try (PinnedBuffer host = new PinnedBuffer(context, Math.max(largest, COMPARED_BYTES), "measuring kernels")) {
            for (List<Product> shape : shapes) {
                for (int n : ROWS) {
                    if (n <= shape.getFirst().mostRows()) {
                        counts.merge(choose(shape, n, host), 1, Integer::sum);
                    }
                }
            }
        }
        for (Product product : products) {
            int n = Math.min(product.mostRows(), ROWS[ROWS.length - 1]);
            stream.clear(product.inputs(n));
            stream.clear(product.results(n));
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
        uploadRandom(first.inputs(n), host);
        float[] expected = results(first, MatrixPath.SMALL, n, host);
        Map<MatrixPath, Long> times = new LinkedHashMap<>();
        for (MatrixPath path : PATHS) {
            double difference = difference(results(first, path, n, host), expected);
            if (difference <= MOST_DIFFERENCE) {
                times.put(path, time(shape, path, n));
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the kernel %s is not used on this device: results for %s (%d,%d), %d rows, differ by %.3f"
                                .formatted(
                                        path,
                                        first.matrix().type(),
                                        first.matrix().rows(),
                                        first.matrix().columns(),
                                        n,
                                        difference));
            }
        }
        MatrixPath fastest = times.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(MatrixPath.SMALL);
        matrices.choose(first.matrix(), n, first.mode(), fastest);
        return fastest;
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

    /** The first results of a product. */
    private float[] results(Product product, MatrixPath path, int n, PinnedBuffer host) {
        DeviceBuffer all = product.results(n);
        stream.clear(all);
        launch(product, path, n);
        DeviceBuffer compared = all.slice(0, Math.min(all.bytes(), COMPARED_BYTES));
        stream.download(compared, host);
        stream.synchronize();
        boolean halves = product.mode() == MatrixKernels.SWIGLU;
        int size = halves ? Short.BYTES : Float.BYTES;
        float[] values = new float[(int) compared.bytes() / size];
        ByteBuffer bytes = host.bytes();
        for (int i = 0; i < values.length; i++) {
            values[i] = halves ? Float.float16ToFloat(bytes.getShort(i * size)) : bytes.getFloat(i * size);
        }
        return values;
    }

    private static double difference(float[] actual, float[] expected) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < expected.length; i++) {
            sum += Math.pow((double) actual[i] - expected[i], 2);
            squares += Math.pow(expected[i], 2);
        }
        return sum == 0 ? 0 : Math.sqrt(sum / squares);
    }

    /** Nanoseconds of a product with each of several matrices of that shape, by the fastest of some rounds. */
    private long time(List<Product> shape, MatrixPath path, int n) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = nanos.getAsLong();
            long bytes = 0;
            for (int i = 0; i < shape.size() && bytes < MEASURED_BYTES; i++) {
                DeviceMatrix matrix = shape.get(i).matrix();
                bytes += DeviceMatrix.bytes(matrix.type(), matrix.rows(), matrix.columns());
                launch(shape.get(i), path, n);
            }
            stream.synchronize();
            least = Math.min(least, nanos.getAsLong() - start);
        }
        return least;
    }

    private void launch(Product product, MatrixPath path, int n) {
        matrices.multiply(
                path,
                product.matrix(),
                n,
                product.in(),
                product.out(),
                product.stride(),
                product.mode(),
                product.activated());
    }
}
