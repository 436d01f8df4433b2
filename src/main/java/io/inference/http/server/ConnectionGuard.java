package io.inference.http.server;

import io.inference.api.error.ErrorCode;
import io.inference.call.OpenCall;
import io.inference.http.tomcat.ConnectionProbe;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the connection of a call: cancels the call if its caller has disconnected, and sends keep-alives while an answer that has begun
 * has no chunk yet. Closed before the container reads the connection's next request.
 */
final class ConnectionGuard implements OpenCall.Guard, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ConnectionGuard.class);

    private final OpenCall open;
    private final EarlyAnswer early;
    private @Nullable ConnectionProbe probe;

    ConnectionGuard(OpenCall open, @Nullable ConnectionProbe probe, EarlyAnswer early) {
        this.open = open;
        this.probe = probe;
        this.early = early;
        open.guard(this);
    }

    @Override
    public @Nullable ErrorCode reasonToCancel() {
        if (callerHasGone()) {
            return ErrorCode.CANCELLED;
        }
        if (early.takeDue()) {
            // A write may block, on one slow reader; the look at all the others must not.
            Thread.ofVirtual().name("keep-alive").start(early::keepAlive);
        }
        return null;
    }

    /** Not asked while something is written: to read from TLS may mean to write, and who writes learns anyway. */
    private boolean callerHasGone() {
        if (!early.writing().tryLock()) {
            return false;
        }
        try {
            return probe != null && probe.callerHasGone();
        } catch (RuntimeException e) {
            log.warn("the connection of {} cannot be watched", open.call().id(), e);
            probe = null;
            return false;
        } finally {
            early.writing().unlock();
        }
    }

    @Override
    public void close() {
        open.removeGuard();
        early.writing().lock();
        try {
            probe = null;
        } finally {
            early.writing().unlock();
        }
    }
}
