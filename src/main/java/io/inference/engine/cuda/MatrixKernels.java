package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaDevice;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.Grid;
import io.inference.engine.cuda.driver.Kernel;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.gguf.TensorType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Launches the products of matrices with rows of inputs. */
final class MatrixKernels {
    /** Writes the result. */
    static final int STORE = 0;

    /** Adds the result to what is there. */
    static final int ADD = 1;

    /** Of a gate and its factor in one matrix: writes {@code silu(gate) * up}. */
    static final int SWIGLU = 2;

    /** Rows and columns of a tile of results. */
    static final int TILE = 128;

    private static final int PLAIN_SHARED_BYTES = 2 * 32 * (TILE + 4) * Float.BYTES;
    private static final int TILE_THREADS = 128;
    private static final int TILE_BLOCKS_FOR_EACH_MULTIPROCESSOR = 2;
    private static final int LEAST_COLUMNS_OF_A_PART = 512;
    private static final int BLOCK = 256;

    /** Widest input of the kernel that norms and multiplies. */
    private static final int MOST_NORMED_COLUMNS = 8192;

    /**
     * The kernels of one type: of the path of vectors for 1, 2, 4 and 8 rows, of the small one for as many times 8
     * rows, and those of the other paths that the device has.
     */
    private record OfType(
            Kernel embed, Kernel normVector, List<Kernel> vector, List<Kernel> small, Map<MatrixPath, Kernel> tiled) {}

    /**
     * {@code in (n,columns) @ W (rows,columns) transposed}.
     *
     * @param out address of the results, {@code (n,stride)} floats; not used by {@link #SWIGLU}
     * @param mode one of {@link #STORE}, {@link #ADD} and {@link #SWIGLU}
     * @param activated the results of {@link #SWIGLU}
     * @param mostRows largest {@code n} that there is memory for
     */
    record Product(
            DeviceMatrix matrix, Activations in, long out, int stride, int mode, Activations activated, int mostRows) {
        Shape shape() {
            return new Shape(matrix.type(), matrix.rows(), matrix.columns(), mode);
        }
    }

    /**
     * Products of a shape take the same time.
     *
     * @param rows outputs of the matrix
     * @param columns inputs of the matrix
     */
    record Shape(TensorType type, int rows, int columns, int mode) {}

    private final CudaStream stream;
    private final boolean tensorCores;
    private final int multiprocessors;
    private final boolean deterministic;
    private final Map<TensorType, OfType> kernels = new EnumMap<>(TensorType.class);
    private final Map<Shape, NavigableMap<Integer, MatrixPath>> chosen = new HashMap<>(); // by rows of inputs

    private final DeviceBuffer partial;
    private final DeviceBuffer counters;

    /**
     * @param types the types of all matrices
     * @param partial memory for sums of parts of the columns, {@link #partialBytes}
     * @param counters a zero for each tile of results
     */
    MatrixKernels(
            KernelModules modules,
            CudaStream stream,
            CudaDevice device,
            boolean deterministic,
            Collection<TensorType> types,
            DeviceBuffer partial,
            DeviceBuffer counters) {
        this.stream = stream;
        this.tensorCores = device.hasTensorCores();
        this.multiprocessors = device.multiprocessors();
        this.deterministic = deterministic;
        this.partial = partial;
        this.counters = counters;
        for (TensorType type : types) {
            kernels.put(type, kernels(modules, type));
        }
    }

    /** Memory for the sums of parts of the columns on a device with tensor cores. */
    static long partialBytes(int multiprocessors) {
        return (long) TILE_BLOCKS_FOR_EACH_MULTIPROCESSOR * multiprocessors * TILE * TILE * Float.BYTES;
    }

    private OfType kernels(KernelModules modules, TensorType type) {
        Map<MatrixPath, Kernel> tiled = new EnumMap<>(MatrixPath.class);
        if (tensorCores) {
            tiled.put(
                    MatrixPath.TILE, withShared(modules, type, name("tile", type), sharedBytes(type, MatrixPath.TILE)));
            for (MatrixPath wide : List.of(MatrixPath.WIDE_64, MatrixPath.WIDE_128)) {
                String entry = name("wide", type) + "_t" + wide.tileRows() / 8;
                tiled.put(wide, withShared(modules, type, entry, sharedBytes(type, wide)));
            }
        } else {
            tiled.put(MatrixPath.PLAIN, modules.kernel(module(type), name("gemm", type)));
        }
        return new OfType(
                modules.kernel(module(type), name("embed", type)),
                modules.kernel(module(type), name("norm_matvec", type)),
                powers(modules, type, "matvec", "_n"),
                powers(modules, type, "small", "_t"),
                tiled);
    }

    private static Kernel withShared(KernelModules modules, TensorType type, String kernel, int bytes) {
        Kernel result = modules.kernel(module(type), kernel);
        modules.allowDynamicShared(result, bytes);
        return result;
    }

    /** Dynamic shared memory of a block of {@link MatrixPath#TILE} or of one of the wide paths. */
    private static int sharedBytes(TensorType type, MatrixPath path) {
        int inputs = path.tileRows() * TILE * Short.BYTES; // of 128 columns, in two stages
        return path == MatrixPath.TILE ? (DeviceMatrix.quantized(type) ? 32_768 : 49_152) + inputs / 2 * 3 : 2 * inputs;
    }

    private static List<Kernel> powers(KernelModules modules, TensorType type, String prefix, String suffix) {
        return IntStream.of(1, 2, 4, 8)
                .mapToObj(count -> modules.kernel(module(type), name(prefix, type) + suffix + count))
                .toList();
    }

    /** The module with the kernels of a type. */
    static String module(TensorType type) {
        return name("matrix", type);
    }

    static String name(String prefix, TensorType type) {
        return prefix + "_" + type.name().toLowerCase(Locale.ROOT);
    }

    MatrixPath path(int n) {
        return MatrixPath.of(n, tensorCores, deterministic);
    }

    /** The path of a product: as {@link #choose} set it for as many rows, for the next more, or for the most. */
    MatrixPath path(Product product, int n) {
        NavigableMap<Integer, MatrixPath> ofShape = chosen.get(product.shape());
        if (ofShape == null || n <= MatrixPath.ONE_PATH_ROWS) {
            return path(n);
        }
        Map.Entry<Integer, MatrixPath> next = ofShape.ceilingEntry(n);
        return (next == null ? ofShape.lastEntry() : next).getValue();
    }

    /** Sets the path of products of that shape with {@code n} rows of inputs. */
    void choose(Product product, int n, MatrixPath path) {
        chosen.computeIfAbsent(product.shape(), shape -> new TreeMap<>()).put(n, path);
    }

    /** The rows of {@code w} that the step's first {@code n} rows name: {@code -> x (n,columns)}. */
    void embed(DeviceMatrix w, int n, long stepRows, long x) {
        stream.launch(
                kernels(w).embed(), Grid.of(n, 128), w.address(), w.rows(), w.columns(), stepRows, x, w.columns());
    }

    /** Computes a product of {@code n} rows of inputs. */
    void multiply(Product product, int n) {
        multiply(path(product, n), product, n);
    }

    /** The same by the kernels of one path. */
    void multiply(MatrixPath path, Product product, int n) {
        DeviceMatrix w = product.matrix();
        Activations in = product.in();
        Object[] halves = {n, in.halves()};
        switch (path) {
            case VECTOR -> {
                Grid grid = Grid.of(vectorTiles(product), BLOCK);
                Object[] inputs = {n, in.integers(), in.scales(), in.floats()};
                launch(kernels(w).vector().get(power(n)), grid, product, inputs);
            }
            case SMALL -> {
                int power = Math.min(3, power(Math.ceilDiv(n, 8)));
                Grid grid = Grid.of(Math.ceilDiv(n, 8 << power), Math.ceilDiv(w.rows(), 32), BLOCK);
                launch(kernels(w).small().get(power), grid, product, halves);
            }
            case PLAIN -> {
                Grid grid = new Grid(Math.ceilDiv(n, TILE), Math.ceilDiv(w.rows(), TILE), 1, BLOCK, PLAIN_SHARED_BYTES);
                launch(tiles(w, path), grid, product, halves);
            }
            case WIDE_64, WIDE_128, TILE ->
                launch(tiles(w, path), dividedGrid(path, w, n), product, halves, partial, counters);
        }
    }

    private static int vectorTiles(Product product) {
        return Math.ceilDiv(product.matrix().rows(), product.mode() == SWIGLU ? 64 : 16);
    }

    /** Tiles of results; if there are few, several blocks divide a tile's columns among them. */
    private Grid dividedGrid(MatrixPath path, DeviceMatrix w, int n) {
        int x = Math.ceilDiv(n, path.tileRows());
        int y = Math.ceilDiv(w.rows(), TILE);
        int parts = Math.clamp(
                TILE_BLOCKS_FOR_EACH_MULTIPROCESSOR * multiprocessors / ((long) x * y),
                1,
                Math.max(1, w.columns() / LEAST_COLUMNS_OF_A_PART));
        return new Grid(x, y, parts, TILE_THREADS, sharedBytes(w.type(), path));
    }

    /**
     * Launches a kernel of a product.
     *
     * @param inputs its parameters between the matrix and the results
     * @param scratch its parameters between the mode and the forms of activated results
     */
    private void launch(Kernel kernel, Grid grid, Product product, Object[] inputs, Object... scratch) {
        DeviceMatrix w = product.matrix();
        Activations to = product.activated();
        List<Object> all = new ArrayList<>();
        Collections.addAll(all, w.address(), w.rows(), w.columns());
        Collections.addAll(all, inputs);
        Collections.addAll(all, product.out(), product.stride(), product.mode());
        Collections.addAll(all, scratch);
        Collections.addAll(all, to.integers(), to.scales(), to.halves(), to.floats());
        stream.launch(kernel, grid, all.toArray());
    }

    /** Whether {@link #normAndMultiply} can take the place of a norm and a product of {@code n} rows. */
    boolean norms(int n, int columns) {
        return n == 1 && columns <= MOST_NORMED_COLUMNS && path(n) == MatrixPath.VECTOR;
    }

    /**
     * The norm of one row of {@code x (rows,columns)} and its product with {@code W}. The sum of squares is in another
     * order than in a norm of its own, so that the last bits may differ.
     *
     * @param index address of the row's number; 0 for the first row
     */
    void normAndMultiply(Product product, long x, long index, long norm, float epsilon) {
        DeviceMatrix w = product.matrix();
        Grid grid = Grid.of(Math.min(vectorTiles(product), 2 * multiprocessors), BLOCK);
        Object[] inputs = {x, w.columns(), index, norm, epsilon};
        launch(kernels(w).normVector(), grid, product, inputs);
    }

    private Kernel tiles(DeviceMatrix w, MatrixPath path) {
        return Objects.requireNonNull(kernels(w).tiled().get(path), () -> "no kernel for " + path);
    }

    private OfType kernels(DeviceMatrix w) {
        OfType found = kernels.get(w.type());
        if (found == null) {
            throw new IllegalArgumentException("no kernels were loaded for " + w.type());
        }
        return found;
    }

    /** The smallest p with {@code 2^p >= n}. */
    private static int power(int n) {
        return 32 - Integer.numberOfLeadingZeros(n - 1);
    }
}
