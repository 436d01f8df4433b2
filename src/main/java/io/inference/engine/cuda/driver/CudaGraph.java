package io.inference.engine.cuda.driver;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Recorded launches that the device does one after another as one launch. */
public final class CudaGraph implements AutoCloseable {
    private final CudaContext context;
    private final String name;
    private final int kernels;
    private final CUgraphExec handle = new CUgraphExec();
    private boolean closed;

    /** @param graph the recording, which is destroyed */
    CudaGraph(CudaContext context, String name, CUgraph graph, int kernels) {
        this.context = context;
        this.name = name;
        this.kernels = kernels;
        int result = JCudaDriver.cuGraphInstantiate(handle, graph, 0);
        JCudaDriver.cuGraphDestroy(graph);
        Cuda.check(result, "cuGraphInstantiate of " + name);
    }

    CUgraphExec handle() {
        return handle;
    }

    public String name() {
        return name;
    }

    /** Number of kernels in the graph. */
    public int kernels() {
        return kernels;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.makeCurrentIfPossible();
            JCudaDriver.cuGraphExecDestroy(handle);
        }
    }
}
