package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaDevice;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.Grid;
import io.inference.engine.cuda.driver.Kernel;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.gguf.TensorType;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Launches the products of matrices with rows of inputs. */
final class MatrixKernels {
    /** Writes the result. */
    static final int STORE = 0;

    /** Adds the result to what is there. */
    static final int ADD = 1;

    /** Of a gate and its factor in one matrix: writes {@code silu(gate) * up}. */
    static final int SWIGLU = 2;

    private static final int LARGE_SHARED_BYTES = 65_536;
    private static final int BLOCK = 256;

    /** Widest input of the kernel that norms and multiplies. */
    private static final int MOST_NORMED_COLUMNS = 8192;

    /** The kernels of one type; those of a path by the number of rows 1, 2, 4 and 8, or tiles of 8 rows. */
    private record OfType(
            Kernel embed, Kernel normVector, List<Kernel> vector, List<Kernel> small, Kernel large) {}

    private final CudaStream stream;
    private final boolean tensorCores;
    private final int multiprocessors;
    private final boolean deterministic;
    private final Map<TensorType, OfType> kernels = new EnumMap<>(TensorType.class);

    /** @param types the types of all matrices */
    MatrixKernels(
            KernelModules modules,
            CudaStream stream,
            CudaDevice device,
            boolean deterministic,
            Collection<TensorType> types) {
        this.stream = stream;
        this.tensorCores = device.hasTensorCores();
        this.multiprocessors = device.multiprocessors();
        this.deterministic = deterministic;
        for (TensorType type : types) {
            kernels.put(type, kernels(modules, type));
        }
    }

    private static OfType kernels(KernelModules modules, TensorType type) {
        Kernel large = modules.kernel(module(type), name("gemm", type));
        modules.allowDynamicShared(large, LARGE_SHARED_BYTES);
        return new OfType(
                modules.kernel(module(type), name("embed", type)),
                modules.kernel(module(type), name("norm_matvec", type)),
                powers(modules, type, "matvec", "_n"),
                powers(modules, type, "small", "_t"),
                large);
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

    /** The rows of {@code w} that the step's first {@code n} rows name: {@code -> x (n,columns)}. */
    void embed(DeviceMatrix w, int n, long stepRows, long x) {
        stream.launch(
                kernels(w).embed(), Grid.of(n, 128), w.address(), w.rows(), w.columns(), stepRows, x, w.columns());
    }

    /**
     * {@code in (n,columns) @ W (rows,columns) transposed}.
     *
     * @param out address of the results, {@code (n,stride)} floats; not used by {@link #SWIGLU}
     * @param mode one of {@link #STORE}, {@link #ADD} and {@link #SWIGLU}
     * @param activated the results of {@link #SWIGLU}
     */
    void multiply(DeviceMatrix w, int n, Activations in, long out, int stride, int mode, Activations activated) {
        switch (path(n)) {
            case VECTOR -> vector(w, n, in, out, stride, mode, activated);
            case SMALL -> small(w, n, in, out, stride, mode, activated);
            case LARGE -> {
                Grid grid = new Grid(Math.ceilDiv(w.rows(), 128), Math.ceilDiv(n, 128), 1, BLOCK, LARGE_SHARED_BYTES);
                tiled(kernels(w).large(), grid, w, n, in, out, stride, mode, activated);
            }
        }
    }

    private void vector(DeviceMatrix w, int n, Activations in, long out, int stride, int mode, Activations activated) {
        stream.launch(
                kernels(w).vector().get(power(n)),
                Grid.of(Math.ceilDiv(w.rows(), mode == SWIGLU ? 64 : 16), BLOCK),
                w.address(),
                w.rows(),
                w.columns(),
                n,
                in.integers(),
                in.scales(),
                in.floats(),
                out,
                stride,
                mode,
                activated.integers(),
                activated.scales(),
                activated.halves(),
                activated.floats());
    }

    /** Whether {@link #normAndMultiply} can take the place of a norm and a product of {@code n} rows. */
    boolean norms(int n, int columns) {
        return n == 1 && columns <= MOST_NORMED_COLUMNS && path(n) == MatrixPath.VECTOR;
    }

    /**
     * The norm of one row of {@code x (rows,columns)} and its product with {@code W}; the same bits as in two launches.
     *
     * @param index address of the row's number; 0 for the first row
     */
    void normAndMultiply(
            DeviceMatrix w, long x, long index, long norm, float epsilon, long out, int mode, Activations activated) {
        int tiles = Math.ceilDiv(w.rows(), mode == SWIGLU ? 64 : 16);
        stream.launch(
                kernels(w).normVector(),
                Grid.of(Math.min(tiles, 2 * multiprocessors), BLOCK),
                w.address(),
                w.rows(),
                w.columns(),
                x,
                w.columns(),
                index,
                norm,
                epsilon,
                out,
                w.rows(),
                mode,
                activated.integers(),
                activated.scales(),
                activated.halves(),
                activated.floats());
    }

    private void small(DeviceMatrix w, int n, Activations in, long out, int stride, int mode, Activations activated) {
        int power = Math.min(3, power(Math.ceilDiv(n, 8)));
        Grid grid = Grid.of(Math.ceilDiv(w.rows(), 32), Math.ceilDiv(n, 8 << power), BLOCK);
        tiled(kernels(w).small().get(power), grid, w, n, in, out, stride, mode, activated);
    }

    private void tiled(
            Kernel kernel,
            Grid grid,
            DeviceMatrix w,
            int n,
            Activations in,
            long out,
            int stride,
            int mode,
            Activations activated) {
        stream.launch(
                kernel,
                grid,
                w.address(),
                w.rows(),
                w.columns(),
                n,
                in.halves(),
                out,
                stride,
                mode,
                activated.integers(),
                activated.scales(),
                activated.halves(),
                activated.floats());
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
