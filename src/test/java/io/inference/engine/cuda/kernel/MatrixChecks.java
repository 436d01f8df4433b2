package io.inference.engine.cuda.kernel;

import io.inference.engine.cpu.RandomWeights;
import io.inference.engine.cpu.kernel.Exp;
import io.inference.engine.cuda.kernel.Device.Buffer;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Checks of the modules {@code matrix_<type>}: repacking and reading of weights, and products with 1 to many rows of
 * inputs, against plain sums of {@link Dequantizer}'s weights in double precision.
 */
final class MatrixChecks {
    /** Modes of a product: stored, added to what is there, gate and up joined by SwiGLU. */
    private static final int STORE = 0;

    private static final int ADD = 1;
    private static final int SWIGLU = 2;

    private static final int GEMM_SHARED = 33_792;
    private static final float EPSILON = 1e-5f;

    /** Weights and inputs of tiles are halves: a rounding of each, in relation to the sum of the absolute terms. */
    private static final double HALF_BOUND = 1.2e-3;

    private final Device device;
    private final Report report;
    private final TensorType type;
    private final String name;
    private final String module;
    private final Random random;

    MatrixChecks(Device device, Report report, TensorType type, long seed) {
        this.device = device;
        this.report = report;
        this.type = type;
        this.name = type.name().toLowerCase(Locale.ROOT);
        this.module = "matrix_" + name;
        this.random = new Random(seed);
    }

    /**
     * A launch of a product.
     *
     * @param inputs parameters between the matrix and the output
     * @param scratch parameters between the mode and the forms of the output
     */
    @SuppressWarnings("ArrayRecordComponent") // parameters, never compared
    private record Launch(String entry, int[] grid, int block, int shared, Object[] inputs, Object[] scratch) {
        Launch(String entry, int[] grid, Object... inputs) {
            this(entry, grid, 256, 0, inputs, new Object[0]);
        }
    }

    /** A matrix on the device, and the weights that it stands for. */
    private record Uploaded(Weight weight, Buffer at, float[] values) {}

    /** Shapes that fill neither a tile nor a split of the columns, and every number of input rows around a tile. */
    void run() {
        int unit = Math.max(32, type.blockElements());
        rows(uploaded(37, 3 * unit));
        Uploaded odd = uploaded(45, 3 * unit);
        for (int n : new int[] {1, 2, 3, 4, 5, 8}) {
            matvec(odd, n, STORE);
        }
        matvec(uploaded(16, unit), 1, ADD);
        matvec(uploaded(2 * 64, 2 * unit), 3, SWIGLU);
        normed(odd, STORE);
        normed(uploaded(2 * 64, 2 * unit), SWIGLU);
        for (int n : new int[] {1, 9, 30, 61}) {
            small(odd, n, STORE);
        }
        small(uploaded(2 * 96, 2 * unit), 5, SWIGLU);
        small(odd, 131, ADD);
        if (device.architecture() < 80) {
            gemm(odd, 5, ADD);
            gemm(uploaded(130, unit), 131, STORE);
            gemm(uploaded(2 * 96, unit), 12, SWIGLU);
            return;
        }
        Uploaded several = uploaded(130, 2 * unit); // groups of columns, tiles of rows and of inputs
        Uploaded gateAndUp = uploaded(2 * 96, unit);
        for (String kernel : new String[] {"tile", "wide_t8", "wide_t16"}) {
            divided(kernel, odd, 5, ADD, 1);
            divided(kernel, odd, 61, STORE, 2);
            divided(kernel, several, 131, STORE, 2);
            divided(kernel, several, 131, ADD, 3);
            divided(kernel, gateAndUp, 12, SWIGLU, 1);
        }
    }

    private Uploaded uploaded(int rows, int columns) {
        Weight weight = RandomWeights.of(type, rows, columns, random);
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            Dequantizer.row(weight, row, values, row * columns);
        }
        byte[] raw = weight.data().toArray(ValueLayout.JAVA_BYTE);
        if (type.blockElements() == 1) {
            return new Uploaded(weight, device.upload(raw), values);
        }
        Buffer planes = device.allocate(planeBytes(rows, columns));
        // In two parts, as an upload through a staging buffer does it.
        int first = rows / 2 + 1;
        repack(weight, raw, planes, 0, first);
        repack(weight, raw, planes, first, rows - first);
        return new Uploaded(weight, planes, values);
    }

    private void repack(Weight w, byte[] raw, Buffer planes, int row, int count) {
        int rowBytes = Math.toIntExact(w.rowBytes());
        Buffer staged = device.upload(Arrays.copyOfRange(raw, row * rowBytes, (row + count) * rowBytes));
        int blocks = count * w.columns() / 32;
        device.launch(
                module,
                "repack_" + name,
                new int[] {(blocks + 255) / 256},
                256,
                0,
                staged,
                planes,
                w.rows(),
                w.columns(),
                row,
                count);
    }

    private long planeBytes(int rows, int columns) {
        long blocks = (long) rows * columns / 32;
        int[] planes = switch (type) {
            case Q4_0 -> new int[] {128, 16};
            case Q4_1 -> new int[] {128, 32};
            case Q5_0 -> new int[] {128, 32, 16};
            case Q5_1 -> new int[] {128, 32, 32};
            case Q8_0 -> new int[] {256, 16};
            case Q4_K -> new int[] {128, 16, 4};
            case Q5_K -> new int[] {128, 32, 16, 4};
            case Q6_K -> new int[] {128, 64, 16, 2};
            case F32, F16, BF16 -> throw new IllegalStateException("stored as in the file");
        };
        return IntStream.of(planes)
                .mapToLong(eighths -> (blocks * eighths / 8 + 255) / 256 * 256)
                .sum();
    }

    /** Rows of the embedding, an unused one among them. */
    private void rows(Uploaded w) {
        int[] tokens = {0, w.weight().rows() - 1, -1, 7, 7};
        int columns = w.weight().columns();
        int[] table = new int[tokens.length * 4];
        float[] expected = new float[tokens.length * columns];
        for (int i = 0; i < tokens.length; i++) {
            table[i * 4] = tokens[i];
            if (tokens[i] >= 0) {
                System.arraycopy(w.values(), tokens[i] * columns, expected, i * columns, columns);
            }
        }
        Buffer x = device.allocate(4L * expected.length);
        device.launch(
                module,
                "embed_" + name,
                new int[] {tokens.length},
                128,
                0,
                w.at(),
                w.weight().rows(),
                columns,
                device.upload(table),
                x,
                columns);
        report.compare("embed_" + name, device.floats(x), expected, 1e-6);
    }

    private void matvec(Uploaded w, int n, int mode) {
        int most = n <= 2 ? n : n <= 4 ? 4 : 8;
        float[] x = Inputs.random(n * w.weight().columns(), random);
        Inputs in = Inputs.of(device, x, n, w.weight().columns());
        boolean integers = type.blockElements() > 1;
        Object[] inputs = integers ? new Object[] {in.q8(), in.meta(), null} : new Object[] {null, null, in.floats()};
        int tiles =
                mode == SWIGLU ? (w.weight().rows() / 2 + 31) / 32 : (w.weight().rows() + 15) / 16;
        // Fewer blocks than tiles, where there are some: a block then takes several.
        Launch launch = new Launch("matvec_" + name + "_n" + most, new int[] {Math.max(1, tiles - 1)}, inputs);
        product(w, n, mode, launch, integers ? Inputs.rounded(x) : x, 2e-6, true);
    }

    /** The norm and the product of one row in one kernel: row 1 of the input, as a row of outputs names it. */
    private void normed(Uploaded w, int mode) {
        int columns = w.weight().columns();
        float[] x = Inputs.random(2 * columns, random);
        Buffer rows = device.upload(x);
        Buffer norm = device.upload(Inputs.random(columns, random));
        Buffer index = device.upload(1);
        Inputs in = Inputs.empty(device, 1, columns);
        Object[] parameters = {
            rows, columns, index, 1, norm, columns, EPSILON, in.q8(), in.meta(), in.half(), in.floats()
        };
        device.launch("step", "rms_norm", new int[] {1}, 512, 0, parameters);
        float[] normed = type.blockElements() > 1 ? in.readIntegers(device) : in.readFloats(device);
        Launch launch = new Launch("norm_matvec_" + name, new int[] {2}, rows, columns, index, norm, EPSILON);
        product(w, 1, mode, launch, normed, 2e-6, true);
    }

    private void small(Uploaded w, int n, int mode) {
        int tiles = n <= 8 ? 1 : n <= 16 ? 2 : n <= 32 ? 4 : 8;
        float[] x = Inputs.random(n * w.weight().columns(), random);
        Inputs in = Inputs.of(device, x, n, w.weight().columns());
        int across =
                mode == SWIGLU ? (w.weight().rows() / 2 + 15) / 16 : (w.weight().rows() + 31) / 32;
        int[] grid = {(n + 8 * tiles - 1) / (8 * tiles), across};
        Launch launch = new Launch("small_" + name + "_t" + tiles, grid, in.half());
        product(w, n, mode, launch, Inputs.halves(x), HALF_BOUND, false);
    }

    private void gemm(Uploaded w, int n, int mode) {
        float[] x = Inputs.random(n * w.weight().columns(), random);
        Inputs in = Inputs.of(device, x, n, w.weight().columns());
        int across =
                mode == SWIGLU ? (w.weight().rows() / 2 + 63) / 64 : (w.weight().rows() + 127) / 128;
        int[] grid = {(n + 127) / 128, across};
        Launch launch = new Launch("gemm_" + name, grid, 256, GEMM_SHARED, new Object[] {in.half()}, new Object[0]);
        product(w, n, mode, launch, Inputs.halves(x), HALF_BOUND, false);
    }

    /**
     * @param kernel {@code tile}, {@code wide_t8} or {@code wide_t16}
     * @param parts blocks of threads that divide the columns among them
     */
    private void divided(String kernel, Uploaded w, int n, int mode, int parts) {
        int inputs = kernel.equals("wide_t8") ? 64 : 128;
        float[] x = Inputs.random(n * w.weight().columns(), random);
        Inputs in = Inputs.of(device, x, n, w.weight().columns());
        int across =
                mode == SWIGLU ? (w.weight().rows() / 2 + 63) / 64 : (w.weight().rows() + 127) / 128;
        int down = (n + inputs - 1) / inputs;
        int ofTile = (type.blockElements() > 1 ? 32_768 : 49_152) + 49_152;
        Buffer counters = device.fill(device.allocate(4L * across * down), 0);
        Object[] scratch = {device.allocate(4L * across * down * parts * inputs * 128), counters};
        int suffix = kernel.indexOf('_');
        Launch launch = new Launch(
                suffix < 0 ? "tile_" + name : "wide_" + name + kernel.substring(suffix),
                new int[] {down, across, parts},
                128,
                suffix < 0 ? ofTile : inputs * 512,
                new Object[] {in.half()},
                scratch);
        product(w, n, mode, launch, Inputs.halves(x), HALF_BOUND, false);
        for (int counter : device.ints(counters)) { // for the next launch
            report.compare(launch.entry() + " counter", new float[] {counter}, new double[1], new double[] {0.5});
        }
    }

    /** @param relative allowed difference, as a part of the sum of a product's absolute terms */
    private void product(
            Uploaded w, int n, int mode, Launch launch, float[] x, double relative, boolean writesIntegers) {
        int rows = w.weight().rows();
        int columns = w.weight().columns();
        // Without a gap between rows, one that is written past the last is past the end; with one, it is in the gap.
        int ld = rows + (n % 2 == 0 ? 3 : 0);
        float[] before = Inputs.random(n * ld, random);
        Buffer out = mode == SWIGLU ? null : device.upload(before);
        Inputs next = mode == SWIGLU ? Inputs.empty(device, n, rows / 2) : null;
        Object[] written = next == null
                ? new Object[4]
                : new Object[] {
                    writesIntegers ? next.q8() : null, writesIntegers ? next.meta() : null, next.half(), next.floats()
                };
        // The fused kernel takes one row.
        Object[] size = launch.entry().startsWith("norm_")
                ? new Object[] {w.at(), rows, columns}
                : new Object[] {w.at(), rows, columns, n};
        Object[] arguments = Stream.of(size, launch.inputs(), new Object[] {out, ld, mode}, launch.scratch(), written)
                .flatMap(Arrays::stream)
                .toArray();
        device.launch(module, launch.entry(), launch.grid(), launch.block(), launch.shared(), arguments);
        String title = "%s (%d,%d) n=%d mode=%d".formatted(launch.entry(), rows, columns, n, mode);
        double[] sums = new double[n * rows];
        double[] sizes = new double[n * rows];
        for (int i = 0; i < n; i++) {
            for (int row = 0; row < rows; row++) {
                for (int k = 0; k < columns; k++) {
                    double term = (double) w.values()[row * columns + k] * x[i * columns + k];
                    sums[i * rows + row] += term;
                    sizes[i * rows + row] += Math.abs(term);
                }
            }
        }
        if (next == null) {
            plain(title, device.floats(out), before, sums, sizes, n, rows, mode, relative);
        } else {
            swiglu(title, next, sums, sizes, n, rows / 2, relative, writesIntegers);
        }
    }

    /** Stored or added results; what lies between the rows of the output stays as it was. */
    private void plain(
            String title,
            float[] out,
            float[] before,
            double[] sums,
            double[] sizes,
            int n,
            int rows,
            int mode,
            double relative) {
        int ld = out.length / n;
        double[] expected = new double[out.length];
        double[] allowed = new double[out.length];
        for (int i = 0; i < out.length; i++) {
            int row = i % ld;
            expected[i] = mode == ADD || row >= rows ? before[i] : 0;
            allowed[i] = 1e-9;
            if (row < rows) {
                expected[i] += sums[i / ld * rows + row];
                allowed[i] += relative * (sizes[i / ld * rows + row] + Math.abs(before[i])) + 1e-6;
            }
        }
        report.compare(title, out, expected, allowed);
    }

    private void swiglu(
            String title,
            Inputs next,
            double[] sums,
            double[] sizes,
            int n,
            int width,
            double relative,
            boolean writesIntegers) {
        double[] expected = new double[n * width];
        double[] allowed = new double[n * width];
        for (int i = 0; i < n * width; i++) {
            int gateAt = i / width * 2 * width + i % width;
            double gate = sums[gateAt];
            double up = sums[gateAt + width];
            double silu = gate / (1 + Exp.of((float) -gate));
            expected[i] = silu * up;
            // silu's slope is at most 1.1.
            allowed[i] =
                    relative * (1.1 * sizes[gateAt] * Math.abs(up) + Math.abs(silu) * sizes[gateAt + width]) + 1e-5;
        }
        float[] out = next.readFloats(device);
        report.compare(title, out, expected, allowed);
        report.compare(title + " halves", next.readHalves(device), Inputs.halves(out), 0x1p-20);
        if (writesIntegers) {
            report.compare(title + " integers", next.readIntegers(device), Inputs.rounded(out), 0x1p-20);
        }
    }
}
