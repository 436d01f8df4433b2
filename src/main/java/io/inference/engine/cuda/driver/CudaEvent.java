package io.inference.engine.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A point in the work of a stream, without time. */
public final class CudaEvent implements AutoCloseable {
    private final CudaContext context;
    private final CUevent handle = new CUevent();
    private boolean closed;

    public CudaEvent(CudaContext context) {
        this.context = context;
        context.makeCurrent();
        Cuda.check(JCudaDriver.cuEventCreate(handle, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    }

    CUevent handle() {
        return handle;
    }

    /** Waits until the work before the point is done; returns at once if the event was never recorded. */
    public void await() {
        Cuda.check(JCudaDriver.cuEventSynchronize(handle), "cuEventSynchronize");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.makeCurrentIfPossible();
            JCudaDriver.cuEventDestroy(handle);
        }
    }
}
