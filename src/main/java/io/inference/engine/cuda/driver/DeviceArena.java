package io.inference.engine.cuda.driver;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.JCudaDriver;

/** Owns allocations of device memory, which are freed together. For one thread at a time. */
public final class DeviceArena implements AutoCloseable {
    private final CudaContext context;
    private final List<DeviceBuffer.Pointer> allocations = new ArrayList<>();
    private long bytes;

    public DeviceArena(CudaContext context) {
        this.context = context;
    }

    /**
     * Allocates memory, aligned to 256 bytes at least, with undefined contents.
     *
     * @param purpose of the memory, for the message
     * @throws CudaException if the device has not enough memory
     */
    public DeviceBuffer allocate(long size, String purpose) {
        context.makeCurrent();
        DeviceBuffer.Pointer pointer = new DeviceBuffer.Pointer();
        Cuda.check(JCudaDriver.cuMemAlloc(pointer, size), "cuMemAlloc of %,d bytes for %s".formatted(size, purpose));
        allocations.add(pointer);
        bytes += size;
        return new DeviceBuffer(pointer.address(), size);
    }

    /** Sum of the sizes of all allocations. */
    public long bytes() {
        return bytes;
    }

    /** Frees all allocations; errors are ignored, because memory of a lost device cannot be freed. Idempotent. */
    @Override
    public void close() {
        context.makeCurrentIfPossible();
        allocations.forEach(JCudaDriver::cuMemFree);
        allocations.clear();
        bytes = 0;
    }
}
