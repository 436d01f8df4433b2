package io.inference.engine.cuda.driver;

import io.inference.engine.error.DeviceLostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUgraph;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** Work for the device, in order. The context must be current on the thread that calls. */
public final class CudaStream implements AutoCloseable {
    private static final int MOST_PARAMETERS = 32;

    private final CudaContext context;
    private final CUstream handle = new CUstream();
    private final ByteBuffer slots =
            ByteBuffer.allocateDirect(MOST_PARAMETERS * Long.BYTES).order(ByteOrder.nativeOrder());
    private final List<Pointer> parameters = new ArrayList<>(); // by number of parameters
    private String last = "nothing";
    private long launches;
    private boolean closed;

    public CudaStream(CudaContext context) {
        this.context = context;
        context.makeCurrent();
        Cuda.check(JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        Pointer[] pointers = new Pointer[MOST_PARAMETERS];
        for (int i = 0; i < MOST_PARAMETERS; i++) {
            pointers[i] = Pointer.to(slots).withByteOffset(i * (long) Long.BYTES);
        }
        for (int count = 0; count <= MOST_PARAMETERS; count++) {
            parameters.add(Pointer.to(List.of(pointers).subList(0, count).toArray(new Pointer[0])));
        }
    }

    /**
     * Launches a kernel.
     *
     * @param values the kernel's parameters in order: Integer, Float, Long (an address) or {@link DeviceBuffer}
     */
    public void launch(Kernel kernel, Grid grid, Object... values) {
        for (int i = 0; i < values.length; i++) {
            int at = i * Long.BYTES;
            switch (values[i]) {
                case Integer value -> slots.putInt(at, value);
                case Float value -> slots.putFloat(at, value);
                case Long value -> slots.putLong(at, value);
                case DeviceBuffer value -> slots.putLong(at, value.address());
                default -> throw new IllegalArgumentException("a parameter of " + values[i].getClass());
            }
        }
        int result = JCudaDriver.cuLaunchKernel(
                kernel.function(),
                grid.x(),
                grid.y(),
                grid.z(),
                grid.block(),
                1,
                1,
                grid.sharedBytes(),
                handle,
                parameters.get(values.length),
                null);
        last = kernel.name();
        launches++;
        if (result != 0) {
            Cuda.check(result, "cuLaunchKernel %s %s".formatted(kernel.name(), grid));
        }
    }

    /** Number of launches so far, of kernels and of graphs. */
    public long launches() {
        return launches;
    }

    /** Copies the first {@code bytes} bytes of a pinned buffer to the device. */
    public void upload(PinnedBuffer from, DeviceBuffer to, long bytes) {
        Cuda.check(
                JCudaDriver.cuMemcpyHtoDAsync(new DeviceBuffer.Pointer(to.at(0)), from.pointer(), bytes, handle),
                "cuMemcpyHtoDAsync of %,d bytes".formatted(bytes));
    }

    /** Copies device memory to the beginning of a pinned buffer. */
    public void download(DeviceBuffer from, PinnedBuffer to) {
        download(from, to, 0);
    }

    /** Copies device memory to a pinned buffer from {@code offset} on. */
    public void download(DeviceBuffer from, PinnedBuffer to, long offset) {
        Cuda.check(
                JCudaDriver.cuMemcpyDtoHAsync(
                        to.pointer().withByteOffset(offset),
                        new DeviceBuffer.Pointer(from.at(0)),
                        from.bytes(),
                        handle),
                "cuMemcpyDtoHAsync of %,d bytes".formatted(from.bytes()));
    }

    /** Sets every byte to zero. */
    public void clear(DeviceBuffer buffer) {
        Cuda.check(
                JCudaDriver.cuMemsetD8Async(new DeviceBuffer.Pointer(buffer.at(0)), (byte) 0, buffer.bytes(), handle),
                "cuMemsetD8Async of %,d bytes".formatted(buffer.bytes()));
    }

    /** Marks this point of the stream. */
    public void record(CudaEvent event) {
        Cuda.check(JCudaDriver.cuEventRecord(event.handle(), handle), "cuEventRecord");
    }

    /** Lets what follows wait for the work before the event's point in its stream. */
    public void waitFor(CudaEvent event) {
        Cuda.check(JCudaDriver.cuStreamWaitEvent(handle, event.handle(), 0), "cuStreamWaitEvent");
    }

    /**
     * Waits for all work so far.
     *
     * @throws DeviceLostException if a kernel faulted; the message names the last one launched, and {@code
     *     CUDA_LAUNCH_BLOCKING=1} finds the one that did
     */
    public void synchronize() {
        int result = JCudaDriver.cuStreamSynchronize(handle);
        if (result != 0) {
            Cuda.check(result, "cuStreamSynchronize, last launched " + last);
        }
    }

    /** Records the work that {@code work} gives to this stream, without doing it. */
    public CudaGraph capture(String name, Runnable work) {
        Cuda.check(
                JCudaDriver.cuStreamBeginCapture(handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "cuStreamBeginCapture of " + name);
        CUgraph graph = new CUgraph();
        long before = launches;
        try {
            work.run();
        } catch (RuntimeException e) {
            JCudaDriver.cuStreamEndCapture(handle, graph);
            throw e;
        }
        Cuda.check(JCudaDriver.cuStreamEndCapture(handle, graph), "cuStreamEndCapture of " + name);
        int kernels = (int) (launches - before);
        launches = before;
        return new CudaGraph(context, name, graph, kernels);
    }

    /** Does the work of a graph. */
    public void launch(CudaGraph graph) {
        int result = JCudaDriver.cuGraphLaunch(graph.handle(), handle);
        last = graph.name();
        launches++;
        if (result != 0) {
            Cuda.check(result, "cuGraphLaunch " + graph.name());
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.makeCurrentIfPossible();
            JCudaDriver.cuStreamDestroy(handle);
        }
    }
}
