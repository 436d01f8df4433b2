package io.inference.engine.model;

import io.inference.engine.gguf.GgufFile;
import io.inference.engine.sampling.Sampler;
import io.inference.engine.sampling.SamplingState;
import io.inference.engine.sampling.TokenLogprobs;
import io.inference.engine.tensor.AttentionSpan;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.Matrix;
import io.inference.engine.tensor.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The llama architecture and its near relatives: blocks of root-mean-square norm, rotary attention with grouped
 * key-value heads and a gated feed-forward layer. One forward pass takes rows of several sequences; only the attention
 * distinguishes them. Works in place on arrays that it keeps from step to step; one thread at a time.
 */
public final class LlamaModel implements StepModel {
    private final ModelConfig config;
    private final LlamaWeights<Matrix> weights;
    private final TensorOps ops;
    private final Rope rope;
    private final KvLayout layout;
    private final int maxStepTokens;

    private final List<float[]> pages = new ArrayList<>(); // by number
    private final Sampler sampler = new Sampler();
    private final int[] ids;
    private final float[] x; // (n,width): the hidden state between blocks
    private final float[] normed; // (n,width)
    private final float[] q; // (n,queryWidth)
    private final float[] k; // (n,kvWidth)
    private final float[] v; // (n,kvWidth)
    private final float[] attended; // (n,queryWidth)
    private final float[] gate; // (n,feedForward)
    private final float[] up; // (n,feedForward)
    private float[] logits = {}; // (slices,vocabulary)
    private final List<float[]> logitRows = new ArrayList<>(); // (vocabulary) each, reused

    /**
     * @param file the model, which must stay open while this is used
     * @param contextLength maximum number of positions of a sequence
     * @param maxStepTokens maximum number of tokens in one step
     */
    public LlamaModel(GgufFile file, TensorOps ops, int contextLength, int maxStepTokens) {
        this.config = ModelConfig.of(file.metadata());
        this.weights = LlamaWeights.of(file, config, ops::prepare);
        this.ops = ops;
        this.rope = new Rope(config.rope(), contextLength, weights.ropeDivisors());
        this.layout = config.kvLayout();
        this.maxStepTokens = maxStepTokens;
        this.ids = new int[maxStepTokens];
        this.x = new float[maxStepTokens * config.width()];
        this.normed = new float[x.length];
        this.q = new float[maxStepTokens * config.queryWidth()];
        this.k = new float[maxStepTokens * config.kvWidth()];
        this.v = new float[k.length];
        this.attended = new float[q.length];
        this.gate = new float[maxStepTokens * config.feedForward()];
        this.up = new float[gate.length];
    }

    public ModelConfig config() {
        return config;
    }

    /** Number of tokens of the vocabulary. */
    public int vocabularySize() {
        return weights.embedding().rows();
    }

    @Override
    public int maxStepTokens() {
        return maxStepTokens;
    }

    @Override
    public void allocatePage(int page) {
        pages.add(page, new float[layout.pageFloats()]);
    }

    @Override
    public List<StepResult> step(List<Slice> slices) {
        List<AttentionSpan> spans = new ArrayList<>();
        int n = 0;
        for (Slice slice : slices) {
            System.arraycopy(slice.tokens(), 0, ids, n, slice.tokens().length);
            spans.add(new AttentionSpan(n, slice.tokens().length, slice.position(), memory(slice.pages())));
            n += slice.tokens().length;
        }
        ops.rows(weights.embedding(), ids, n, x);
        for (int layer = 0; layer < config.layers(); layer++) {
            attentionBlock(weights.layers().get(layer), layer, spans, n);
            feedForwardBlock(weights.layers().get(layer), n);
        }
        return outputs(slices, spans);
    }

    private List<float[]> memory(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(pages::get).toList();
    }

    /** {@code x += attention(norm(x))}. */
    private void attentionBlock(LlamaWeights.Layer<Matrix> w, int layer, List<AttentionSpan> spans, int n) {
        ops.rmsNorm(x, n, w.attentionNorm(), config.epsilon(), normed);
        ops.matmul(w.query(), normed, n, q);
        ops.matmul(w.key(), normed, n, k);
        ops.matmul(w.value(), normed, n, v);
        addBias(q, w.queryBias(), n);
        addBias(k, w.keyBias(), n);
        addBias(v, w.valueBias(), n);
        if (w.queryNorm().length > 0) {
            ops.rmsNorm(q, n * config.heads(), w.queryNorm(), config.epsilon(), q);
        }
        if (w.keyNorm().length > 0) {
            ops.rmsNorm(k, n * config.kvHeads(), w.keyNorm(), config.epsilon(), k);
        }
        for (AttentionSpan span : spans) {
            for (int i = 0; i < span.rows(); i++) {
                int row = span.firstRow() + i;
                rope.turn(q, row * config.queryWidth(), config.heads(), config.headSize(), span.position() + i);
                rope.turn(k, row * config.kvWidth(), config.kvHeads(), config.headSize(), span.position() + i);
                store(layer, row, span.position() + i, span.pages());
            }
        }
        ops.attention(layout, layer, spans, config.heads(), q, attended);
        ops.matmul(w.attentionOutput(), attended, n, normed);
        ops.add(x, normed, n * config.width());
    }

    /** {@code x += down(silu(gate(norm(x))) * up(norm(x)))}. */
    private void feedForwardBlock(LlamaWeights.Layer<Matrix> w, int n) {
        ops.rmsNorm(x, n, w.feedForwardNorm(), config.epsilon(), normed);
        ops.matmul(w.gate(), normed, n, gate);
        ops.matmul(w.up(), normed, n, up);
        ops.swiglu(gate, up, n * config.feedForward());
        ops.matmul(w.down(), gate, n, normed);
        ops.add(x, normed, n * config.width());
    }

    private void addBias(float[] rows, float[] bias, int n) {
        for (int i = 0; i < n * bias.length; i++) {
            rows[i] += bias[i % bias.length];
        }
    }

    /** Writes a row's key and value into the page of its position. */
    private void store(int layer, int row, int position, List<float[]> pages) {
        float[] page = pages.get(position / KvLayout.PAGE_TOKENS);
        int slot = position % KvLayout.PAGE_TOKENS;
        int size = config.headSize();
        for (int head = 0; head < config.kvHeads(); head++) {
            int from = row * config.kvWidth() + head * size;
            int keys = layout.keyOffset(layer, head) + slot;
            for (int d = 0; d < size; d++) {
                page[keys + d * KvLayout.PAGE_TOKENS] = k[from + d];
            }
            System.arraycopy(v, from, page, layout.valueOffset(layer, head) + slot * size, size);
        }
    }

    private List<StepResult> outputs(List<Slice> slices, List<AttentionSpan> spans) {
        int n = 0; // rows gathered for the output matrix
        int width = config.width();
        for (int i = 0; i < slices.size(); i++) {
            if (needsLogits(slices.get(i))) {
                AttentionSpan span = spans.get(i);
                System.arraycopy(x, (span.firstRow() + span.rows() - 1) * width, normed, n * width, width);
                n++;
            }
        }
        if (n > 0) {
            ops.rmsNorm(normed, n, weights.finalNorm(), config.epsilon(), normed);
            computeLogits(n);
        }
        List<StepResult> results = new ArrayList<>();
        int row = 0;
        for (int i = 0; i < slices.size(); i++) {
            results.add(
                    switch (slices.get(i).output()) {
                        case Slice.None none -> new StepResult.Nothing();
                        case Slice.Hidden hidden -> new StepResult.Floats(hidden(spans.get(i)));
                        case Slice.Logits requested -> new StepResult.Floats(logitRow(row++));
                        case Slice.NextToken next -> sample(logitRow(row++), next.sampling());
                    });
        }
        return results;
    }

    private static boolean needsLogits(Slice slice) {
        return slice.output() instanceof Slice.Logits || slice.output() instanceof Slice.NextToken;
    }

    private float[] hidden(AttentionSpan span) {
        float[] rows = new float[span.rows() * config.width()];
        System.arraycopy(x, span.firstRow() * config.width(), rows, 0, rows.length);
        ops.rmsNorm(rows, span.rows(), weights.finalNorm(), config.epsilon(), rows);
        return rows;
    }

    private StepResult sample(float[] scores, SamplingState state) {
        int token;
        try {
            token = sampler.sample(scores, state);
        } catch (IllegalStateException e) {
            return new StepResult.NotFinite();
        }
        if (!Float.isFinite(scores[token])) {
            return new StepResult.NotFinite();
        }
        return new StepResult.Token(
                token, state.reportsLogprobs() ? TokenLogprobs.of(scores, token, state.topLogprobs()) : null);
    }

    private float[] logitRow(int index) {
        while (logitRows.size() <= index) {
            logitRows.add(new float[vocabularySize()]);
        }
        return logitRows.get(index);
    }

    private void computeLogits(int n) {
        if (n == 1) {
            ops.matmul(weights.output(), normed, 1, logitRow(0));
            return;
        }
        int vocabulary = vocabularySize();
        if (logits.length < n * vocabulary) {
            logits = new float[n * vocabulary];
        }
        ops.matmul(weights.output(), normed, n, logits);
        for (int i = 0; i < n; i++) {
            System.arraycopy(logits, i * vocabulary, logitRow(i), 0, vocabulary);
        }
    }
}
