package io.inference.local.store;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports every step to the listener, and every tenth, or every five seconds, whichever comes first, to the log. */
final class Progress {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);
    private static final long LOG_EVERY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int LOG_EVERY_PERCENT = 10;

    private final CatalogueEntry entry;
    private final FetchListener listener;
    private final LongSupplier nanoTime;
    private long here;
    private long loggedAt;
    private long loggedPercent;
    private int lines;

    Progress(CatalogueEntry entry, FetchListener listener, LongSupplier nanoTime) {
        this.entry = entry;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.loggedAt = nanoTime.getAsLong();
    }

    /**
     * {@code bytes} of the model have arrived. The value never decreases, and more than the model's size is ignored.
     */
    void at(long bytes) {
        here = Math.max(here, Math.min(bytes, entry.size()));
        listener.progress(entry.id(), here, entry.size());
        long percent = here * 100 / entry.size();
        long now = nanoTime.getAsLong();
        boolean step = percent >= loggedPercent + LOG_EVERY_PERCENT;
        if (step || (now - loggedAt >= LOG_EVERY_NANOS && here < entry.size())) {
            LOG.info("{}: {} of {} MB ({} %)", entry.id(), here / 1_000_000, entry.size() / 1_000_000, percent);
            lines++;
            loggedAt = now;
            loggedPercent = percent - percent % LOG_EVERY_PERCENT;
        }
    }

    int lines() {
        return lines;
    }
}
