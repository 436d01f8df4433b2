package io.inference.http.server;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.http.tomcat.ConnectionProbe;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after the calls under way: cancels those whose time is over and those whose caller has gone, and keeps waiting callers company. */
final class CallWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallWatch.class);
    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final Set<Watched> calls = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("call-watch").daemon().factory());

    CallWatch() {
        var ignored = timer.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Watches until the result is closed, which must come before the container reads the connection's next request. */
    Watched watch(Call call, @Nullable ConnectionProbe probe, EarlyAnswer early) {
        Watched watched = new Watched(call, probe, early);
        calls.add(watched);
        return watched;
    }

    private void look() {
        for (Watched watched : calls) {
            ErrorCode why = reason(watched);
            if (why != null) {
                Thread.ofVirtual().name("cancel").start(() -> watched.call.cancel(why));
            } else if (watched.early.takeDue()) {
                // A write may block, on one slow reader; the look at all the others must not.
                Thread.ofVirtual().name("keep-alive").start(watched.early::keepAlive);
            }
        }
    }

    /** One connection that cannot be probed must not end the watch over all others, as an exception in a timer's task would. */
    private static @Nullable ErrorCode reason(Watched watched) {
        try {
            return watched.reasonToCancel();
        } catch (RuntimeException e) {
            log.warn("the connection of {} cannot be watched", watched.call.id(), e);
            watched.stopProbing();
            return null;
        }
    }

    /** Cancels all that is still under way: the grace of a stop is over. */
    @Override
    public void close() {
        timer.shutdownNow();
        calls.forEach(watched -> watched.call.cancel(ErrorCode.UNAVAILABLE));
    }

    /** One call that is watched. */
    final class Watched implements AutoCloseable {
        private final Call call;
        private final EarlyAnswer early;
        private @Nullable ConnectionProbe probe;

        private Watched(Call call, @Nullable ConnectionProbe probe, EarlyAnswer early) {
            this.call = call;
            this.probe = probe;
            this.early = early;
        }

        private @Nullable ErrorCode reasonToCancel() {
            if (call.cancelled() != null) {
                return null;
            }
            if (!call.remaining().isPositive()) {
                return ErrorCode.TIMEOUT;
            }
            return callerHasGone() ? ErrorCode.CANCELLED : null;
        }

        /** Not asked while something is written: to read from TLS may mean to write, and who writes learns anyway. */
        private boolean callerHasGone() {
            if (!early.writing().tryLock()) {
                return false;
            }
            try {
                return probe != null && probe.callerHasGone();
            } finally {
                early.writing().unlock();
            }
        }

        @Override
        public void close() {
            calls.remove(this);
            stopProbing();
        }

        private void stopProbing() {
            early.writing().lock();
            try {
                probe = null;
            } finally {
                early.writing().unlock();
            }
        }
    }
}
