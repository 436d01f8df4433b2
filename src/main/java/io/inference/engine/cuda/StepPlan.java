package io.inference.engine.cuda;

import io.inference.engine.model.Slice;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.SamplingState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a step in the order in which the device computes them: first the rows that attend one by one, then the
 * tiles of prompts, whose rows share the keys and values that they read.
 */
final class StepPlan {
    /** Slices of more rows than this are divided into tiles. */
    private static final int MOST_SINGLE_ROWS = 16;

    private static final int TILE_ROWS = 64;
    private static final int MOST_ALTERNATIVES = 20;

    private static final SamplingState GREEDY =
            new SamplingState(SamplingOptions.greedy(), new int[0], 0, 0, SamplingState.NO_LOGPROBS);

    private final List<Slice> slices;
    private final List<Integer> order = new ArrayList<>(); // slices in the order of their rows
    private final int[] firstRows; // by slice
    private final int[] outputs; // by slice: number of its output, or -1
    private final int singleRows;
    private final int rows;
    private final int tiles;
    private final int outputCount;
    private final int dataInts;

    /** @param singly whether all rows attend one by one */
    StepPlan(List<Slice> slices, boolean singly) {
        this.slices = slices;
        this.firstRows = new int[slices.size()];
        this.outputs = new int[slices.size()];
        int row = 0;
        int pages = 0;
        int penalties = 0;
        int output = 0;
        for (int i = 0; i < slices.size(); i++) {
            Slice slice = slices.get(i);
            if (single(slice, singly)) {
                order.add(i);
                firstRows[i] = row;
                row += slice.tokens().length;
            }
            outputs[i] = sampling(slice) == null ? -1 : output++;
            pages += slice.pages().length;
            penalties += penalties(slice).size();
        }
        this.singleRows = row;
        int tile = 0;
        for (int i = 0; i < slices.size(); i++) {
            Slice slice = slices.get(i);
            if (!single(slice, singly)) {
                order.add(i);
                firstRows[i] = row;
                row += slice.tokens().length;
                tile += Math.ceilDiv(slice.tokens().length, TILE_ROWS);
            }
        }
        this.rows = row;
        this.tiles = tile;
        this.outputCount = output;
        this.dataInts = evened(pages) + 2 * penalties;
    }

    private static boolean single(Slice slice, boolean singly) {
        return singly || slice.tokens().length <= MOST_SINGLE_ROWS;
    }

    /** Number of rows. */
    int rows() {
        return rows;
    }

    /** Number of rows, the first ones, that attend one by one. */
    int singleRows() {
        return singleRows;
    }

    /** Number of tiles of the other rows. */
    int tiles() {
        return tiles;
    }

    /** Number of outputs. */
    int outputs() {
        return outputCount;
    }

    /** Numbers in the data: pages and penalties. */
    int dataInts() {
        return dataInts;
    }

    /** The first row of a slice, by its number in the step. */
    int firstRow(int slice) {
        return firstRows[slice];
    }

    /** The output of a slice, by its number in the step; -1 if it has none. */
    int output(int slice) {
        return outputs[slice];
    }

    /** Whether every slice is one row whose next token is sampled, so that a recorded graph can do the step. */
    boolean decodes() {
        return slices.stream().allMatch(it -> it.tokens().length == 1 && it.output() instanceof Slice.NextToken);
    }

    /**
     * Writes the parameters.
     *
     * @param rowSpace rows of the layout; those that the step does not have are marked as unused
     * @param outputSpace outputs of the layout, likewise
     */
    void write(ByteBuffer target, StepLayout layout, int rowSpace, int outputSpace) {
        int[] pageOffsets = new int[slices.size()];
        int data = 0; // in ints
        for (int i = 0; i < slices.size(); i++) {
            pageOffsets[i] = data;
            for (int page : slices.get(i).pages()) {
                target.putInt(layout.dataAt() + 4 * data++, page);
            }
        }
        data = evened(data);
        int tile = layout.tilesAt();
        for (int i : order) {
            Slice slice = slices.get(i);
            writeRows(target, layout.rowsAt() + firstRows[i] * 4 * StepLayout.ROW_INTS, slice, pageOffsets[i]);
            if (firstRows[i] >= singleRows) {
                tile = writeTiles(target, tile, firstRows[i], slice, pageOffsets[i]);
            }
            SamplingState state = sampling(slice);
            if (state != null) {
                int at = layout.outputsAt() + outputs[i] * 4 * StepLayout.OUTPUT_INTS;
                data = writeOutput(target, at, firstRows[i] + slice.tokens().length - 1, state, layout.dataAt(), data);
            }
        }
        for (int row = rows; row < rowSpace; row++) {
            putInts(target, layout.rowsAt() + row * 4 * StepLayout.ROW_INTS, -1, -1, 0, 0);
        }
        for (int output = outputCount; output < outputSpace; output++) {
            int at = layout.outputsAt() + output * 4 * StepLayout.OUTPUT_INTS;
            writeOutput(target, at, -1, GREEDY, layout.dataAt(), data);
        }
    }

    private static void writeRows(ByteBuffer target, int start, Slice slice, int pageOffset) {
        int at = start;
        for (int i = 0; i < slice.tokens().length; i++) {
            putInts(target, at, slice.tokens()[i], slice.position() + i, pageOffset, 0);
            at += 4 * StepLayout.ROW_INTS;
        }
    }

    /** Writes the tiles of a slice; returns where the next ones go. */
    private static int writeTiles(ByteBuffer target, int start, int firstRow, Slice slice, int pageOffset) {
        int at = start;
        for (int i = 0; i < slice.tokens().length; i += TILE_ROWS) {
            int count = Math.min(TILE_ROWS, slice.tokens().length - i);
            putInts(target, at, firstRow + i, count, slice.position() + i, pageOffset);
            at += 4 * StepLayout.TILE_INTS;
        }
        return at;
    }

    /** Writes an output and its penalties; returns the number of ints of data after that. */
    private static int writeOutput(ByteBuffer target, int at, int row, SamplingState state, int dataAt, int data) {
        SamplingOptions options = state.options();
        Map<Integer, Integer> penalties = penalties(state);
        putInts(target, at, row, (int) options.seed(), (int) (options.seed() >>> 32), state.drawn());
        target.putFloat(at + 16, options.temperature());
        target.putInt(at + 20, options.topK());
        target.putFloat(at + 24, options.topP());
        target.putFloat(at + 28, options.minP());
        target.putFloat(at + 32, options.repeatPenalty());
        target.putFloat(at + 36, options.presencePenalty());
        target.putFloat(at + 40, options.frequencyPenalty());
        int alternatives = Math.clamp(state.topLogprobs(), 0, MOST_ALTERNATIVES);
        putInts(target, at + 44, data / 2, penalties.size(), alternatives, state.reportsLogprobs() ? 1 : 0, 0);
        int next = data;
        for (Map.Entry<Integer, Integer> penalty : penalties.entrySet()) {
            putInts(target, dataAt + 4 * next, penalty.getKey(), penalty.getValue());
            next += 2;
        }
        return next;
    }

    private static void putInts(ByteBuffer target, int at, int... values) {
        for (int i = 0; i < values.length; i++) {
            target.putInt(at + 4 * i, values[i]);
        }
    }

    /** How the output of a slice is sampled; null if it has none. */
    private static @Nullable SamplingState sampling(Slice slice) {
        return switch (slice.output()) {
            case Slice.NextToken next -> next.sampling();
            case Slice.Logits logits -> GREEDY;
            case Slice.None none -> null;
            case Slice.Hidden hidden -> null;
        };
    }

    private static Map<Integer, Integer> penalties(Slice slice) {
        SamplingState state = sampling(slice);
        return state == null ? Map.of() : penalties(state);
    }

    /** The tokens in the window of the penalties, with how often each is in it. */
    private static Map<Integer, Integer> penalties(SamplingState state) {
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        for (int i = state.windowStart(); i < state.count(); i++) {
            counts.merge(state.history()[i], 1, Integer::sum);
        }
        return counts;
    }

    private static int evened(int count) {
        return (count + 1) / 2 * 2;
    }
}
