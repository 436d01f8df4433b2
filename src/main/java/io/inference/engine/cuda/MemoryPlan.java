package io.inference.engine.cuda;

import io.inference.engine.error.DeviceUnavailableException;
import io.inference.engine.tensor.KvLayout;
import java.util.Locale;

/**
 * How a device's memory is divided, computed before anything is allocated. One sequence of the whole context must fit;
 * the context is reduced until it does.
 *
 * @param contextLength maximum number of positions of a sequence
 * @param pages number of pages of the key-value cache
 * @param neededBytes memory for the weights, the steps and one sequence of the requested context
 * @param usedBytes memory that this plan takes
 * @param freeBytes memory that was free
 * @param cut whether the context is shorter than requested
 */
record MemoryPlan(int contextLength, int pages, long neededBytes, long usedBytes, long freeBytes, boolean cut) {
    /** The shortest context that is worth running a model with, unless the requested one is shorter. */
    private static final int SHORTEST_CONTEXT = 512;

    /** Left free for the driver's own needs: kernels, graphs, and what else uses the device. */
    private static final long RESERVE = 128L << 20;

    private static final int CONTEXT_STEP = 256;

    /**
     * Divides the memory.
     *
     * @param weightBytes memory of the weights
     * @param steps memory of the steps for the requested context
     * @param sequences sequences of the whole context that the cache should hold, if there is room
     * @param freeBytes memory that is free now
     * @throws DeviceUnavailableException if the memory is not enough; the message has the arithmetic
     */
    static MemoryPlan of(long weightBytes, StepMemory steps, int sequences, long freeBytes) {
        int wanted = steps.contextLength();
        long needed = needed(weightBytes, steps);
        int context = wanted;
        while (needed(weightBytes, steps.withContextLength(context)) > freeBytes) {
            context = (context - 1) / CONTEXT_STEP * CONTEXT_STEP;
            if (context < Math.min(SHORTEST_CONTEXT, wanted)) {
                throw new DeviceUnavailableException(refusal(weightBytes, steps, freeBytes), null);
            }
        }
        StepMemory chosen = steps.withContextLength(context);
        long fixed = weightBytes + chosen.bytes() + RESERVE;
        long room = (freeBytes - fixed) / chosen.pageBytes();
        int pages = (int) Math.min(room, (long) KvLayout.pagesFor(context) * sequences);
        return new MemoryPlan(
                context, pages, needed, fixed - RESERVE + pages * chosen.pageBytes(), freeBytes, context < wanted);
    }

    private static long needed(long weightBytes, StepMemory steps) {
        return weightBytes + steps.bytes() + RESERVE + KvLayout.pagesFor(steps.contextLength()) * steps.pageBytes();
    }

    private static String refusal(long weightBytes, StepMemory steps, long freeBytes) {
        StepMemory least = steps.withContextLength(Math.min(SHORTEST_CONTEXT, steps.contextLength()));
        return ("the model does not fit: weights %s + steps %s + a context of %,d tokens %s + reserve %s = %s,"
                        + " %s free on the GPU")
                .formatted(
                        gigabytes(weightBytes),
                        gigabytes(least.bytes()),
                        least.contextLength(),
                        gigabytes(KvLayout.pagesFor(least.contextLength()) * least.pageBytes()),
                        gigabytes(RESERVE),
                        gigabytes(needed(weightBytes, least)),
                        gigabytes(freeBytes));
    }

    /** One line: {@code needs 5.1 GB, 4.8 GB free: context cut to 3,072}. */
    String summary() {
        String result = cut ? "context cut to %,d".formatted(contextLength) : "context %,d".formatted(contextLength);
        return "needs %s, %s free: %s, %,d pages of keys and values, %s in all"
                .formatted(gigabytes(neededBytes), gigabytes(freeBytes), result, pages, gigabytes(usedBytes));
    }

    static String gigabytes(long bytes) {
        return bytes < 100_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
