package io.inference.connect;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens something on a thread of its own: retries with pauses that double until it is open or {@link #close} is called.
 */
public final class RetryingConnector implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RetryingConnector.class);

    private final IntervalFunction pauses;
    private final Attempt attempt;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** One attempt. It logs its own failure. */
    public interface Attempt {
        /** Whether it is open now; if not, there will be another attempt. */
        boolean succeeds() throws InterruptedException;
    }

    /** @param name of the thread */
    public RetryingConnector(String name, Duration firstPause, Duration longestPause, Attempt attempt) {
        this.pauses = IntervalFunction.ofExponentialBackoff(firstPause, 2, longestPause);
        this.attempt = attempt;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Whether it is closed: an attempt that still succeeds has to close what it opened. */
    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void run() {
        try {
            for (int attempts = 1; !attempt.succeeds(); attempts++) {
                if (closed.await(pauses.apply(attempts), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            log.debug("{} was closed while it opened something", thread.getName());
        }
    }

    /** Ends the attempts and interrupts one that is in progress. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }
}
