package io.inference.conversation.copy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of the copies that turns looked for: a metric, and a log line when Redis is lost and found again. */
final class CopyReport {
    private static final Logger log = LoggerFactory.getLogger(CopyReport.class);

    private final Map<Result, Counter> counters = new EnumMap<>(Result.class);
    private final AtomicBoolean unavailable = new AtomicBoolean();

    enum Result {
        /** PostgreSQL was not asked for the messages. */
        USED,
        /** There was none. */
        MISSING,
        /** It was of the conversation at another time. */
        STALE,
        /** It was no copy. */
        UNREADABLE,
        /** Redis did not answer. */
        UNAVAILABLE
    }

    CopyReport(MeterRegistry registry) {
        for (Result result : Result.values()) {
            counters.put(
                    result,
                    Counter.builder("inference.conversation.copies")
                            .description("Turns of conversations, by what became of the copy in Redis")
                            .tag("result", result.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /** Redis was not asked: the connection, which reports for itself, is not open yet. */
    void countUnconnected() {
        increment(Result.UNAVAILABLE);
    }

    void count(Result result) {
        increment(result);
        boolean lost = result == Result.UNAVAILABLE;
        if (unavailable.compareAndSet(!lost, lost)) {
            if (lost) {
                log.warn("conversations are read from PostgreSQL alone: Redis does not answer");
            } else {
                log.info("conversations are read from Redis again");
            }
        }
    }

    private void increment(Result result) {
        Objects.requireNonNull(counters.get(result)).increment();
    }
}
