package io.inference.engine.cuda;

import java.util.function.LongConsumer;

/** Logs how much of a model was copied to the device, at each fifth. */
final class UploadProgress implements LongConsumer {
    private static final System.Logger LOG = System.getLogger(CudaBackend.class.getName());
    private static final int LINES = 5;

    private final long total;
    private final long startedNanos = System.nanoTime();
    private long copied;
    private int logged;

    UploadProgress(long total) {
        this.total = total;
    }

    @Override
    public void accept(long bytes) {
        copied += bytes;
        int reached = (int) (copied * LINES / Math.max(1, total));
        if (reached > logged) {
            logged = reached;
            LOG.log(
                    System.Logger.Level.INFO,
                    "weights on the GPU: {0}% of {1} after {2} s",
                    100 * reached / LINES,
                    MemoryPlan.gigabytes(total),
                    (System.nanoTime() - startedNanos) / 1_000_000_000);
        }
    }
}
