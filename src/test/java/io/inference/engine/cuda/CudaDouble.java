package io.inference.engine.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The test double of NVIDIA's driver library (src/test/cuda): runs the kernels' sources, compiled for the host, where a
 * test has opened it; otherwise it has no device.
 *
 * <p>The library's name inside is {@code libcuda.so.1}. Once it is loaded in a JVM, everything that asks the dynamic
 * linker for that name gets it, a real driver included: {@link CudaDoubleListener} loads it before the first test.
 */
public final class CudaDouble implements AutoCloseable {
    /** How a block's threads and the streams' work are ordered. */
    public enum Schedule {
        FORWARD,
        REVERSE,
        RANDOM
    }

    private static final Path FOLDER = Path.of("target/cuda-double");
    private static final Path LIBRARY = FOLDER.resolve("libcuda.so.1");

    private final MethodHandle set = function("cuda_double_set", "isj");
    private final MethodHandle get = function("cuda_double_get", "js");
    private final MethodHandle report = function("cuda_double_report", "s");
    private final MethodHandle kernels = function("cuda_double_kernels", "is");
    private final MethodHandle reset = function("cuda_double_reset", "v");

    private CudaDouble() {}

    /** Loads the library, which has no device until it is opened; does nothing if it was not built. */
    static void load() {
        if (Files.exists(LIBRARY)) {
            SymbolLookup.libraryLookup(LIBRARY.toAbsolutePath(), Arena.global());
        }
    }

    /** A device as new, with one device of compute capability 7.0; aborts the test where the double was not built. */
    public static CudaDouble open() {
        assumeTrue(Files.exists(LIBRARY), "the test double of CUDA's driver was not built: it needs g++ on Linux");
        CudaDouble opened = new CudaDouble();
        opened.reset();
        return opened.set("devices", 1);
    }

    /** Sets a control of {@code src/test/cuda/control.cpp}. */
    public CudaDouble set(String control, long value) {
        try (Arena arena = Arena.ofConfined()) {
            if ((int) set.invokeExact(arena.allocateFrom(control), value) != 0) {
                throw new IllegalArgumentException("no such control: " + control);
            }
            return this;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    public CudaDouble schedule(Schedule schedule) {
        return set("schedule", schedule.ordinal());
    }

    /** A count since the double was opened, or of what is alive: {@code launches}, {@code live_allocations}, … */
    public long get(String counter) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) get.invokeExact(arena.allocateFrom(counter));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the first failed kernel or module did wrong, with its place in the source; empty if nothing failed. */
    public String report() {
        try {
            return ((MemorySegment) report.invokeExact())
                    .reinterpret(Long.MAX_VALUE)
                    .getString(0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Modules that are loaded from now on have the kernels that {@code macro} (BREAK_…) breaks. */
    public CudaDouble breakKernels(String macro) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment library = arena.allocateFrom(
                    FOLDER.resolve(macro + ".so").toAbsolutePath().toString());
            if ((int) kernels.invokeExact(library) != 0) {
                throw new IllegalArgumentException("no kernels were built with " + macro);
            }
            return this;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private void reset() {
        try {
            reset.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Forgets everything; the library stays loaded, without a device. */
    @Override
    public void close() {
        reset();
    }

    /** @param types result and arguments: v nothing, i int, j long, s string */
    private static MethodHandle function(String name, String types) {
        MemorySegment address = SymbolLookup.libraryLookup(LIBRARY.toAbsolutePath(), Arena.global())
                .find(name)
                .orElseThrow(() -> new IllegalStateException(name + ": not in " + LIBRARY));
        ValueLayout[] arguments =
                types.substring(1).chars().mapToObj(c -> layout((char) c)).toArray(ValueLayout[]::new);
        FunctionDescriptor descriptor = types.charAt(0) == 'v'
                ? FunctionDescriptor.ofVoid(arguments)
                : FunctionDescriptor.of(layout(types.charAt(0)), arguments);
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    private static ValueLayout layout(char type) {
        return switch (type) {
            case 'i' -> ValueLayout.JAVA_INT;
            case 'j' -> ValueLayout.JAVA_LONG;
            default -> ValueLayout.ADDRESS;
        };
    }
}
