package io.inference.engine.cuda.driver;

import io.inference.engine.error.DeviceUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The kernels, from the PTX files among the resources; the driver compiles a module for its device when the first of
 * its kernels is requested.
 */
public final class KernelModules implements AutoCloseable {
    private static final int ALL_SHARED = 100; // percent

    private final CudaContext context;
    private final Map<String, CUmodule> modules = new HashMap<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    public KernelModules(CudaContext context) {
        this.context = context;
    }

    /**
     * A kernel.
     *
     * @throws DeviceUnavailableException if the driver is too old for the PTX
     */
    public Kernel kernel(String module, String name) {
        return kernels.computeIfAbsent(name, missing -> find(module, missing));
    }

    private Kernel find(String module, String name) {
        CUfunction function = new CUfunction();
        CUmodule loaded = modules.get(module);
        if (loaded == null) {
            loaded = load(module);
            modules.put(module, loaded);
        }
        Cuda.check(JCudaDriver.cuModuleGetFunction(function, loaded, name), "cuModuleGetFunction " + name);
        return new Kernel(name, function);
    }

    private CUmodule load(String name) {
        context.makeCurrent();
        CUmodule module = new CUmodule();
        int result = JCudaDriver.cuModuleLoadData(module, ptx(name));
        if (result == CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION) {
            throw new DeviceUnavailableException(
                    "the NVIDIA driver is too old for the kernels: it supports CUDA %s, they need 12.6"
                            .formatted(context.device().driverVersion()),
                    null);
        }
        Cuda.check(result, "cuModuleLoadData " + name);
        return module;
    }

    /** A module's PTX as a C string. */
    private byte[] ptx(String module) {
        String resource =
                "/cuda/%s.%s.ptx.gz".formatted(module, context.device().architecture());
        try (InputStream in = KernelModules.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("there is no resource " + resource);
            }
            byte[] text = new GZIPInputStream(in).readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Allows a kernel more dynamic shared memory than every device has, and asks for as much as there is rather than
     * for first-level cache, so that several of its blocks find room.
     */
    public void allowDynamicShared(Kernel kernel, int bytes) {
        context.makeCurrent();
        set(kernel, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes);
        set(kernel, CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, ALL_SHARED);
    }

    private static void set(Kernel kernel, int attribute, int value) {
        Cuda.check(
                JCudaDriver.cuFuncSetAttribute(kernel.function(), attribute, value),
                "cuFuncSetAttribute %d of %s to %d".formatted(attribute, kernel.name(), value));
    }

    @Override
    public void close() {
        context.makeCurrentIfPossible();
        modules.values().forEach(JCudaDriver::cuModuleUnload);
        modules.clear();
        kernels.clear();
    }
}
