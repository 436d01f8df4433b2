package io.inference.engine.cuda;

import io.inference.engine.model.ModelConfig;

/**
 * Sizes of the device memory that steps need besides weights and pages.
 *
 * @param config shape of the model
 * @param vocabulary number of tokens of the vocabulary
 * @param maxRows maximum number of rows of a step
 * @param maxOutputs maximum number of outputs of a step
 * @param contextLength maximum number of positions of a sequence
 * @param separateGate whether a layer's gate and up matrices differ in type, so that both results are stored
 * @param multiprocessors those of the device
 */
record StepMemory(
        ModelConfig config,
        int vocabulary,
        int maxRows,
        int maxOutputs,
        int contextLength,
        boolean separateGate,
        int multiprocessors) {
    /** Positions whose part of an attention is computed by one block. */
    static final int SPLIT_POSITIONS = 128;

    /** Outputs whose logits are in memory at once. */
    private static final int LOGIT_ROWS = 128;

    /** Memory for parts of attentions beyond which rows take turns. */
    private static final long MOST_PARTIAL_BYTES = 256 << 20;

    /** Rows that one launch of the attention takes at most. */
    private static final int ATTENTION_ROWS = 128;

    /** Query heads that share a block of the attention. */
    private static final int HEADS_A_BLOCK = 4;

    int logitRows() {
        return Math.min(LOGIT_ROWS, maxOutputs);
    }

    /** Floats from one row of logits to the next. */
    int logitStride() {
        return (vocabulary + 31) / 32 * 32;
    }

    /** Floats from one row of queries, keys and values to the next. */
    int queryKeyValueWidth() {
        return config.queryWidth() + 2 * config.kvWidth();
    }

    /** Maximum number of parts of an attention. */
    int maxSplits() {
        return Math.ceilDiv(contextLength, SPLIT_POSITIONS);
    }

    /** Blocks of the attention for one row and one part. */
    int attentionBlocks() {
        return config.kvHeads() * Math.ceilDiv(config.heads() / config.kvHeads(), HEADS_A_BLOCK);
    }

    /** Rows that one launch of the attention takes: a whole number of fragments. */
    int attentionRows() {
        long rows = Math.min(MOST_PARTIAL_BYTES / partialBytesOfRow(), Math.min(ATTENTION_ROWS, maxRows));
        return (int) Math.max(1, rows / Activations.FRAGMENT_ROWS) * Activations.FRAGMENT_ROWS;
    }

    private long partialBytesOfRow() {
        return (long) config.heads() * maxSplits() * (config.headSize() + 2) * Float.BYTES;
    }

    long partialBytes() {
        return attentionRows() * partialBytesOfRow();
    }

    long counterBytes() {
        return (long) attentionRows() * attentionBlocks() * Integer.BYTES;
    }

    /** A counter for each tile of results whose columns are divided: that needs two blocks for each. */
    long tileCounterBytes() {
        return (long) multiprocessors * Integer.BYTES;
    }

    long hiddenBytes() {
        return (long) maxRows * config.width() * Float.BYTES;
    }

    long queryKeyValueBytes() {
        return (long) maxRows * queryKeyValueWidth() * Float.BYTES;
    }

    /** Gate and up of each row, if they are stored. */
    long gateBytes() {
        return separateGate ? 2L * maxRows * config.feedForward() * Float.BYTES : 0;
    }

    long logitBytes() {
        return (long) logitRows() * logitStride() * Float.BYTES;
    }

    long statisticsBytes() {
        return (long) logitRows() * 64 * 4 * Float.BYTES;
    }

    long resultBytes() {
        return (long) maxOutputs * StepLayout.RESULT_INTS * Integer.BYTES;
    }

    /** All forms of an input of {@code columns}; floats for all rows only if the hidden states are read from there. */
    long activationBytes(int columns, boolean allFloats) {
        return Activations.halvesBytes(maxRows, columns)
                + (long) MatrixPath.VECTOR_ROWS * columns
                + Activations.scalesBytes(MatrixPath.VECTOR_ROWS, columns)
                + floatBytes(columns, allFloats);
    }

    long floatBytes(int columns, boolean allFloats) {
        return (long) (allFloats ? maxRows : MatrixPath.VECTOR_ROWS) * columns * Float.BYTES;
    }

    /** Sines and cosines of the rotary embedding. */
    long ropeBytes() {
        return (long) contextLength * config.rope().dimensions() * Float.BYTES;
    }

    /** Sum of all. */
    long bytes() {
        return hiddenBytes()
                + queryKeyValueBytes()
                + gateBytes()
                + logitBytes()
                + statisticsBytes()
                + resultBytes()
                + partialBytes()
                + counterBytes()
                + MatrixKernels.partialBytes(multiprocessors)
                + tileCounterBytes()
                + ropeBytes()
                + activationBytes(config.width(), true)
                + activationBytes(config.queryWidth(), false)
                + activationBytes(config.feedForward(), false);
    }

    StepMemory withContextLength(int length) {
        return new StepMemory(config, vocabulary, maxRows, maxOutputs, length, separateGate, multiprocessors);
    }

    /** Bytes of a page of the key-value cache: halves. */
    long pageBytes() {
        return (long) config.kvLayout().pageFloats() * Short.BYTES;
    }
}
