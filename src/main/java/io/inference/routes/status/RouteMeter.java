package io.inference.routes.status;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Metrics of one route of one generation. The timer continues across generations, as scrapers expect. */
final class RouteMeter {
    static final String TIMER = "inference.route";

    private final LongAdder exchanges = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final Timer timer;
    private volatile @Nullable LastError lastError;

    /** @param message as a caller would get it: without content of requests */
    record LastError(Instant at, String code, String message) {}

    RouteMeter(MeterRegistry registry, String routeId) {
        timer = Timer.builder(TIMER)
                .description("Time of a route until it has its answer, or the first chunk of it")
                .tag("route", routeId)
                .publishPercentiles(0.99)
                .distributionStatisticExpiry(Duration.ofMinutes(2))
                // Each part of the window is a histogram of its own, to which every time is added.
                .distributionStatisticBufferLength(2)
                .register(registry);
    }

    void record(long tookNanos, @Nullable Throwable failure) {
        exchanges.increment();
        nanos.add(tookNanos);
        timer.record(tookNanos, TimeUnit.NANOSECONDS);
        if (failure == null) {
            return;
        }
        failures.increment();
        lastError = failure instanceof InferenceException known
                ? new LastError(Instant.now(), known.code().reason(), String.valueOf(known.getMessage()))
                : new LastError(Instant.now(), ErrorCode.INTERNAL.reason(), "the log tells more");
    }

    long exchanges() {
        return exchanges.sum();
    }

    long failures() {
        return failures.sum();
    }

    double meanMillis() {
        long count = exchanges.sum();
        return count == 0 ? 0 : nanos.sum() / 1e6 / count;
    }

    /** Maximum of the last minutes. */
    double p99Millis() {
        for (ValueAtPercentile value : timer.takeSnapshot().percentileValues()) {
            return value.value(TimeUnit.MILLISECONDS);
        }
        return 0;
    }

    @Nullable
    LastError lastError() {
        return lastError;
    }
}
