package io.inference.http.server;

import io.inference.api.error.ErrorCode;
import io.inference.call.OpenCall;
import io.inference.http.tomcat.ConnectionProbe;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the connection of a call: cancels the call if its caller has disconnected, and sends keep-alives while an
 * answer that has begun has no chunk yet. Closed before the container reads the connection's next request.
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
        if (callerDisconnected()) {
            return ErrorCode.CANCELLED;
        }
        if (early.takeDue()) {
            // A write to one slow reader may block; the checks of all other connections must not.
            Thread.ofVirtual().name("keep-alive").start(early::keepAlive);
        }
        return null;
    }

    /** Not checked during a write: reading from TLS may write, and the writer notices a lost connection anyway. */
    private boolean callerDisconnected() {
        if (!early.writing().tryLock()) {
            return false;
        }
        try {
            return probe != null && probe.callerDisconnected();
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
