package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceArena;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.PinnedBuffer;

/** The device memory of steps: activations, results, parameters and the pages of the key-value cache. */
final class StepBuffers implements AutoCloseable {
    private static final int FIRST_PARAMETER_BYTES = 256 << 10;

    final StepMemory sizes;
    final DeviceBuffer hidden; // (rows,width): the hidden state between blocks
    final DeviceBuffer queryKeyValue; // (rows,queryWidth + 2 kvWidth)
    final DeviceBuffer gate; // (rows,2 feedForward), if it is stored
    final DeviceBuffer logits; // (logitRows,logitStride)
    final DeviceBuffer statistics;
    final DeviceBuffer results; // (outputs,RESULT_INTS)
    final DeviceBuffer partial; // parts of attentions
    final DeviceBuffer counters;
    final DeviceBuffer tilePartial; // sums of parts of products
    final DeviceBuffer tileCounters;
    final DeviceBuffer pages;
    final Activations normed; // (rows,width), floats of every row
    final Activations attended; // (rows,queryWidth)
    final Activations activated; // (rows,feedForward)
    private final CudaContext context;
    private final DeviceArena arena;
    private final CudaStream stream;
    private DeviceArena parameterArena;
    private DeviceBuffer parameters;
    private PinnedBuffer parametersHost;
    final PinnedBuffer resultsHost;

    /** @param maxPages pages of the key-value cache */
    StepBuffers(CudaContext context, CudaStream stream, StepMemory sizes, int maxPages) {
        this.context = context;
        this.stream = stream;
        this.sizes = sizes;
        this.arena = new DeviceArena(context);
        this.parameterArena = new DeviceArena(context);
        try {
            this.hidden = cleared(sizes.hiddenBytes(), "hidden states");
            this.queryKeyValue = cleared(sizes.queryKeyValueBytes(), "queries, keys and values");
            this.gate = cleared(Math.max(sizes.gateBytes(), 16), "the feed-forward layer");
            this.logits = cleared(sizes.logitBytes(), "logits");
            this.statistics = cleared(sizes.statisticsBytes(), "statistics of logits");
            this.results = cleared(sizes.resultBytes(), "results");
            this.partial = cleared(sizes.partialBytes(), "parts of attentions");
            this.counters = cleared(sizes.counterBytes(), "counters");
            this.tilePartial = cleared(MatrixKernels.partialBytes(sizes.multiprocessors()), "parts of products");
            this.tileCounters = cleared(sizes.tileCounterBytes(), "counters");
            this.pages = cleared(maxPages * sizes.pageBytes(), "keys and values");
            this.normed = activations(sizes.config().width(), true);
            this.attended = activations(sizes.config().queryWidth(), false);
            this.activated = activations(sizes.config().feedForward(), false);
            this.resultsHost = new PinnedBuffer(context, (int) sizes.resultBytes(), "results");
            this.parameters = parameterArena.allocate(FIRST_PARAMETER_BYTES, "parameters");
            this.parametersHost = new PinnedBuffer(context, FIRST_PARAMETER_BYTES, "parameters");
            stream.synchronize();
        } catch (RuntimeException e) {
            arena.close();
            parameterArena.close();
            throw e;
        }
    }

    /** Memory without the contents of others that had it before: a number that no kernel writes is zero. */
    private DeviceBuffer cleared(long bytes, String purpose) {
        DeviceBuffer buffer = arena.allocate(bytes, purpose);
        stream.clear(buffer);
        return buffer;
    }

    private Activations activations(int columns, boolean allFloats) {
        int rows = MatrixPath.VECTOR_ROWS;
        return new Activations(
                cleared((long) rows * columns, "activations").address(),
                cleared(Activations.scalesBytes(rows, columns), "activations").address(),
                cleared(Activations.halvesBytes(sizes.maxRows(), columns), "activations")
                        .address(),
                cleared(sizes.floatBytes(columns, allFloats), "activations").address());
    }

    /** The device's copy of the parameters. */
    DeviceBuffer parameters() {
        return parameters;
    }

    /** The parameters, to be written. */
    PinnedBuffer parametersHost() {
        return parametersHost;
    }

    /** Makes room for parameters of that size; returns whether they are at another place now. */
    boolean ensureParameters(int bytes) {
        if (bytes <= parametersHost.size()) {
            return false;
        }
        int size = Math.toIntExact(Math.max(bytes, 2L * parametersHost.size()));
        DeviceArena larger = new DeviceArena(context);
        DeviceBuffer device;
        PinnedBuffer host;
        try {
            device = larger.allocate(size, "parameters");
            host = new PinnedBuffer(context, size, "parameters");
        } catch (RuntimeException e) {
            larger.close();
            throw e;
        }
        parameterArena.close();
        parametersHost.close();
        parameterArena = larger;
        parameters = device;
        parametersHost = host;
        return true;
    }

    /** Bytes of device memory. */
    long bytes() {
        return arena.bytes() + parameterArena.bytes();
    }

    @Override
    public void close() {
        resultsHost.close();
        parametersHost.close();
        parameterArena.close();
        arena.close();
    }
}
