package io.inference.engine.cuda.driver;

import jcuda.driver.CUcontext;
import jcuda.driver.JCudaDriver;

/** The context of one device: everything else of this package belongs to one. Used by one thread at a time. */
public final class CudaContext implements AutoCloseable {
    private final CudaDevice device;
    private final CUcontext handle = new CUcontext();
    private boolean closed;

    /** Creates a context and makes it current on this thread. */
    public CudaContext(CudaDevice device) {
        this.device = device;
        Cuda.check(
                JCudaDriver.cuCtxCreate(handle, 0, CudaDriver.handle(device.ordinal())),
                "cuCtxCreate on " + device.name());
    }

    public CudaDevice device() {
        return device;
    }

    /** Makes the context current on this thread, which every call needs. */
    public void makeCurrent() {
        if (closed) {
            throw new IllegalStateException("the context is closed");
        }
        Cuda.check(JCudaDriver.cuCtxSetCurrent(handle), "cuCtxSetCurrent");
    }

    void makeCurrentIfPossible() {
        if (!closed) {
            JCudaDriver.cuCtxSetCurrent(handle);
        }
    }

    /** Bytes of the device's memory that are free now. */
    public long freeBytes() {
        makeCurrent();
        long[] free = new long[1];
        Cuda.check(JCudaDriver.cuMemGetInfo(free, new long[1]), "cuMemGetInfo");
        return free[0];
    }

    /** Destroys the context and all that is left in it. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            makeCurrentIfPossible();
            closed = true;
            JCudaDriver.cuCtxDestroy(handle);
        }
    }
}
