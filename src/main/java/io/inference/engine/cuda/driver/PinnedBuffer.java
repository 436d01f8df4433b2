package io.inference.engine.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Page-locked host memory, which the device reads and writes without another copy. Little endian. */
public final class PinnedBuffer implements AutoCloseable {
    private final CudaContext context;
    private final Pointer pointer = new Pointer();
    private final ByteBuffer bytes;
    private final MemorySegment segment;
    private boolean closed;

    public PinnedBuffer(CudaContext context, int size, String purpose) {
        this.context = context;
        context.makeCurrent();
        Cuda.check(
                JCudaDriver.cuMemHostAlloc(pointer, size, 0),
                "cuMemHostAlloc of %,d bytes for %s".formatted(size, purpose));
        this.bytes = pointer.getByteBuffer(0, size).order(ByteOrder.LITTLE_ENDIAN);
        this.segment = MemorySegment.ofBuffer(bytes);
    }

    /** The memory; not to be used after {@link #close}. */
    public MemorySegment segment() {
        return segment;
    }

    /** The memory as a buffer with its position at 0. */
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    public int size() {
        return bytes.capacity();
    }

    Pointer pointer() {
        return pointer;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.makeCurrentIfPossible();
            JCudaDriver.cuMemFreeHost(pointer);
        }
    }
}
