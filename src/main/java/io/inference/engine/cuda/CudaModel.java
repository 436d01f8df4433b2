package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaGraph;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.PinnedBuffer;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.model.Slice;
import io.inference.engine.model.StepModel;
import io.inference.engine.model.StepResult;
import io.inference.engine.sampling.TokenLogprobs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A llama-like model on a GPU. A step in which every sequence generates is one launch of a graph, recorded for 1, 2, 4
 * to 128 rows: the parameters go to the device in one copy, the results come back in one. Other steps are single
 * launches.
 */
final class CudaModel implements StepModel {
    /** Steps of more rows are not recorded. */
    private static final int MOST_GRAPH_ROWS = 128;

    private static final int ALTERNATIVES_AT = 4;
    private static final int ALTERNATIVE_LOGPROBS_AT = 24;

    private final CudaContext context;
    private final CudaStream stream;
    private final ModelConfig config;
    private final StepBuffers buffers;
    private final ForwardPass pass;
    private final int maxStepTokens;
    private final int maxPages;
    private final boolean deterministic;
    private final Map<Integer, CudaGraph> graphs = new HashMap<>(); // by number of rows
    private final Set<Integer> warm = new HashSet<>(); // numbers of rows whose kernels the driver has loaded
    private @Nullable PinnedBuffer floatsHost;

    CudaModel(
            CudaContext context,
            CudaStream stream,
            ModelConfig config,
            StepBuffers buffers,
            ForwardPass pass,
            int maxPages,
            boolean deterministic) {
        this.context = context;
        this.stream = stream;
        this.config = config;
        this.buffers = buffers;
        this.pass = pass;
        this.maxStepTokens = buffers.sizes.maxRows();
        this.maxPages = maxPages;
        this.deterministic = deterministic;
    }

    @Override
    public int maxStepTokens() {
        return maxStepTokens;
    }

    /** All pages have their memory already. */
    @Override
    public void allocatePage(int page) {
        if (page >= maxPages) {
            throw new IndexOutOfBoundsException("page %d of %d".formatted(page, maxPages));
        }
    }

    /** Number of launches so far, of kernels and of graphs. */
    long launches() {
        return stream.launches();
    }

    @Override
    public List<StepResult> step(List<Slice> slices) {
        context.makeCurrent();
        StepPlan plan = new StepPlan(slices, deterministic);
        List<float[]> floats = plan.decodes() && plan.rows() <= MOST_GRAPH_ROWS ? decode(plan) : compute(plan, slices);
        ByteBuffer results = buffers.resultsHost.bytes();
        List<StepResult> all = new ArrayList<>();
        for (int i = 0; i < slices.size(); i++) {
            int output = plan.output(i);
            all.add(
                    switch (slices.get(i).output()) {
                        case Slice.None none -> new StepResult.Nothing();
                        case Slice.NextToken next ->
                            token(
                                    results,
                                    output * StepLayout.RESULT_INTS * Integer.BYTES,
                                    next.sampling().reportsLogprobs());
                        case Slice.Logits logits -> new StepResult.Floats(floats.get(i));
                        case Slice.Hidden hidden -> new StepResult.Floats(floats.get(i));
                    });
        }
        return all;
    }

    /** A step in which each slice is one row with an output. */
    private List<float[]> decode(StepPlan plan) {
        int rows = plan.rows() == 1 ? 1 : Integer.highestOneBit(plan.rows() - 1) * 2;
        StepLayout layout = StepLayout.of(rows, 0, rows);
        upload(plan, layout, rows, rows);
        CudaGraph graph = graphs.get(rows);
        if (graph == null && !warm.add(rows)) {
            graph = stream.capture("the decoding of " + rows + " rows", () -> launchDecode(layout, rows));
            graphs.put(rows, graph);
        }
        if (graph != null) {
            stream.launch(graph);
        } else {
            // The driver loads kernels at their first launch, which must not happen while launches are recorded.
            launchDecode(layout, rows);
        }
        downloadResults(plan.outputs());
        stream.synchronize();
        return List.of();
    }

    private void launchDecode(StepLayout layout, int rows) {
        pass.layers(layout, rows, rows, 0, true);
        pass.outputs(layout, rows, first -> {});
    }

    /** Any step; returns the logits or hidden states of the slices that request them, and empty arrays for others. */
    private List<float[]> compute(StepPlan plan, List<Slice> slices) {
        StepLayout layout = StepLayout.of(plan.rows(), plan.tiles(), plan.outputs());
        upload(plan, layout, plan.rows(), plan.outputs());
        pass.layers(layout, plan.rows(), plan.singleRows(), plan.tiles(), false);
        FloatCopies copies = new FloatCopies(plan, slices);
        pass.outputs(layout, plan.outputs(), copies::logits);
        if (slices.stream().anyMatch(it -> it.output() instanceof Slice.Hidden)) {
            pass.hiddenStates(plan.rows());
            copies.hidden();
        }
        if (plan.outputs() > 0) {
            downloadResults(plan.outputs());
        }
        stream.synchronize();
        return copies.read();
    }

    private void upload(StepPlan plan, StepLayout layout, int rows, int outputs) {
        int bytes = layout.bytes(plan.dataInts());
        if (buffers.ensureParameters(bytes)) {
            graphs.values().forEach(CudaGraph::close);
            graphs.clear();
        }
        plan.write(buffers.parametersHost().bytes(), layout, rows, outputs);
        stream.upload(buffers.parametersHost(), buffers.parameters(), bytes);
    }

    private void downloadResults(int outputs) {
        stream.download(
                buffers.results.slice(0, (long) outputs * StepLayout.RESULT_INTS * Integer.BYTES), buffers.resultsHost);
    }

    private static StepResult token(ByteBuffer results, int at, boolean logprobs) {
        int id = results.getInt(at);
        if ((results.getInt(at + 4) & 1) != 0) {
            return new StepResult.NotFinite();
        }
        if (!logprobs) {
            return new StepResult.Token(id, null);
        }
        List<TokenLogprobs.Alternative> top = new ArrayList<>();
        for (int i = 0; i < results.getInt(at + 12); i++) {
            top.add(new TokenLogprobs.Alternative(
                    results.getInt(at + 4 * (ALTERNATIVES_AT + i)),
                    results.getFloat(at + 4 * (ALTERNATIVE_LOGPROBS_AT + i))));
        }
        return new StepResult.Token(id, new TokenLogprobs(id, results.getFloat(at + 8), top));
    }

    /** Copies of logits and hidden states to the host, one after another in a pinned buffer. */
    private final class FloatCopies {
        private final StepPlan plan;
        private final List<Slice> slices;
        private final PinnedBuffer host;
        private final int[] offsets; // by slice
        private final int[] counts; // floats, by slice

        FloatCopies(StepPlan plan, List<Slice> slices) {
            this.plan = plan;
            this.slices = slices;
            this.offsets = new int[slices.size()];
            this.counts = new int[slices.size()];
            int bytes = 0;
            for (int i = 0; i < slices.size(); i++) {
                offsets[i] = bytes;
                counts[i] = switch (slices.get(i).output()) {
                    case Slice.Logits logits -> buffers.sizes.vocabulary();
                    case Slice.Hidden hidden -> slices.get(i).tokens().length * config.width();
                    case Slice.None none -> 0;
                    case Slice.NextToken next -> 0;
                };
                bytes = Math.addExact(bytes, counts[i] * Float.BYTES);
            }
            this.host = floatsHost(bytes);
        }

        /** Copies the logits of the outputs from {@code first} on, as many as are in memory. */
        void logits(int first) {
            for (int i = 0; i < slices.size(); i++) {
                int row = plan.output(i) - first;
                if (slices.get(i).output() instanceof Slice.Logits && row >= 0 && row < buffers.sizes.logitRows()) {
                    long at = (long) row * buffers.sizes.logitStride() * Float.BYTES;
                    stream.download(buffers.logits.slice(at, (long) counts[i] * Float.BYTES), host, offsets[i]);
                }
            }
        }

        void hidden() {
            long width = (long) config.width() * Float.BYTES;
            for (int i = 0; i < slices.size(); i++) {
                if (slices.get(i).output() instanceof Slice.Hidden) {
                    long address = buffers.normed.floats() + plan.firstRow(i) * width;
                    stream.download(new DeviceBuffer(address, (long) counts[i] * Float.BYTES), host, offsets[i]);
                }
            }
        }

        List<float[]> read() {
            List<float[]> all = new ArrayList<>();
            for (int i = 0; i < slices.size(); i++) {
                float[] values = new float[counts[i]];
                FloatBuffer source = host.bytes()
                        .position(offsets[i])
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer();
                source.get(values);
                all.add(values);
            }
            return all;
        }
    }

    private PinnedBuffer floatsHost(int bytes) {
        PinnedBuffer host = floatsHost;
        if (host == null || host.size() < bytes) {
            if (host != null) {
                host.close();
            }
            host = new PinnedBuffer(context, Math.max(bytes, 4096), "logits and hidden states");
            floatsHost = host;
        }
        return host;
    }

    /** Frees what the model itself allocated. */
    void close() {
        graphs.values().forEach(CudaGraph::close);
        graphs.clear();
        if (floatsHost != null) {
            floatsHost.close();
        }
    }
}
