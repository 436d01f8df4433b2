package io.inference.engine.cuda.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/**
 * A device for checks of single kernels: memory and launches with nothing between, every launch waited for. Runs on a
 * real device and on the test double alike.
 */
public final class Device implements AutoCloseable {
    private static final int MAX_DYNAMIC_SHARED = CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;

    /** Device memory; every one ends where its data end, so that a read beyond it can be found. */
    public record Buffer(CUdeviceptr at, long bytes) {}

    private final CUcontext context = new CUcontext();
    private final int architecture;
    private final List<Buffer> buffers = new ArrayList<>();
    private final Map<String, CUmodule> modules = new HashMap<>();

    private Device() {
        check(JCudaDriver.cuInit(0), "cuInit");
        CUdevice device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
        check(JCudaDriver.cuCtxCreate(context, 0, device), "cuCtxCreate");
        int[] major = new int[1];
        check(
                JCudaDriver.cuDeviceGetAttribute(
                        major, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                "cuDeviceGetAttribute");
        architecture = major[0] >= 8 ? 80 : 70;
    }

    /** Opens the first device. */
    public static Device open() {
        JCudaDriver.setExceptionsEnabled(false);
        return new Device();
    }

    /** Of the PTX that is loaded: 70 or 80. */
    public int architecture() {
        return architecture;
    }

    public Buffer allocate(long bytes) {
        CUdeviceptr at = new CUdeviceptr();
        check(JCudaDriver.cuMemAlloc(at, bytes), "cuMemAlloc");
        Buffer buffer = new Buffer(at, bytes);
        buffers.add(buffer);
        return fill(buffer, 0xff);
    }

    /** Sets every byte. */
    public Buffer fill(Buffer buffer, int value) {
        check(JCudaDriver.cuMemsetD8(buffer.at(), (byte) value, buffer.bytes()), "cuMemsetD8");
        return buffer;
    }

    public Buffer upload(byte... data) {
        return upload(Pointer.to(data), data.length);
    }

    public Buffer upload(short... data) {
        return upload(Pointer.to(data), (long) data.length * Sizeof.SHORT);
    }

    public Buffer upload(int... data) {
        return upload(Pointer.to(data), (long) data.length * Sizeof.INT);
    }

    public Buffer upload(float... data) {
        return upload(Pointer.to(data), (long) data.length * Sizeof.FLOAT);
    }

    private Buffer upload(Pointer data, long bytes) {
        Buffer buffer = allocate(bytes);
        check(JCudaDriver.cuMemcpyHtoD(buffer.at(), data, bytes), "cuMemcpyHtoD");
        return buffer;
    }

    public float[] floats(Buffer buffer) {
        float[] data = new float[Math.toIntExact(buffer.bytes() / Sizeof.FLOAT)];
        download(Pointer.to(data), buffer);
        return data;
    }

    public int[] ints(Buffer buffer) {
        int[] data = new int[Math.toIntExact(buffer.bytes() / Sizeof.INT)];
        download(Pointer.to(data), buffer);
        return data;
    }

    public short[] shorts(Buffer buffer) {
        short[] data = new short[Math.toIntExact(buffer.bytes() / Sizeof.SHORT)];
        download(Pointer.to(data), buffer);
        return data;
    }

    public byte[] bytes(Buffer buffer) {
        byte[] data = new byte[Math.toIntExact(buffer.bytes())];
        download(Pointer.to(data), buffer);
        return data;
    }

    private static void download(Pointer to, Buffer buffer) {
        check(JCudaDriver.cuMemcpyDtoH(to, buffer.at(), buffer.bytes()), "cuMemcpyDtoH");
    }

    /** Releases what was allocated so far; the modules stay. */
    public void releaseBuffers() {
        buffers.forEach(buffer -> check(JCudaDriver.cuMemFree(buffer.at()), "cuMemFree"));
        buffers.clear();
    }

    /**
     * Runs a kernel to its end.
     *
     * @param grid one to three numbers of blocks
     * @param arguments buffers, integers, floats; null for a null pointer
     * @throws CudaException if the launch or the kernel failed
     */
    public void launch(String module, String entry, int[] grid, int block, int sharedBytes, Object... arguments) {
        CUfunction function = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(function, module(module), entry), entry);
        if (sharedBytes > 49_152) {
            check(JCudaDriver.cuFuncSetAttribute(function, MAX_DYNAMIC_SHARED, sharedBytes), entry);
        }
        Pointer[] parameters = Arrays.stream(arguments).map(Device::parameter).toArray(Pointer[]::new);
        check(
                JCudaDriver.cuLaunchKernel(
                        function,
                        grid[0],
                        grid.length > 1 ? grid[1] : 1,
                        grid.length > 2 ? grid[2] : 1,
                        block,
                        1,
                        1,
                        sharedBytes,
                        null,
                        Pointer.to(parameters),
                        null),
                entry);
        check(JCudaDriver.cuCtxSynchronize(), entry);
    }

    private static Pointer parameter(Object argument) {
        return switch (argument) {
            case null -> Pointer.to(new long[1]);
            case Buffer buffer -> Pointer.to(buffer.at());
            case Integer value -> Pointer.to(new int[] {value});
            case Float value -> Pointer.to(new float[] {value});
            default -> throw new IllegalArgumentException("no parameter of a kernel: " + argument);
        };
    }

    private CUmodule module(String name) {
        return modules.computeIfAbsent(name, key -> {
            CUmodule module = new CUmodule();
            check(JCudaDriver.cuModuleLoadData(module, ptx(key)), key);
            return module;
        });
    }

    private byte[] ptx(String module) {
        String resource = "/cuda/" + module + ".compute_" + architecture + ".ptx.gz";
        try (InputStream in = Device.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            byte[] text = new GZIPInputStream(in).readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new IllegalStateException(resource, e);
        }
    }

    private static void check(int code, String call) {
        if (code != 0) {
            String[] name = new String[1];
            JCudaDriver.cuGetErrorName(code, name);
            throw new CudaException(call + ": " + name[0]);
        }
    }

    @Override
    public void close() {
        check(JCudaDriver.cuCtxDestroy(context), "cuCtxDestroy");
    }
}
