package io.inference.http.tomcat;

import io.inference.call.Calls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.ProtocolHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the connections that callers keep open, after all doors have finished the calls that were in progress when the
 * stop began, and before the web server cuts what is left. Requests still arrive on these connections, from callers
 * that cannot know of the stop; each is answered as the last one of its connection. When none has come for a while, the
 * callers that are busy have gone, and no request is accepted any more.
 */
final class ConnectionDrain implements SmartLifecycle {
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration LONGEST_LAST_CALL = Duration.ofSeconds(3);
    private static final int LOOK_MILLIS = 20;

    private volatile @Nullable ProbedHttp11Protocol protocol;
    private volatile boolean running;

    /** Called for each connector of the web server; there is one. */
    void of(ProtocolHandler handler) {
        if (handler instanceof ProbedHttp11Protocol probed) {
            protocol = probed;
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        ProbedHttp11Protocol served = protocol;
        if (served == null) {
            return;
        }
        try {
            awaitQuiet(served, QUIET, LONGEST);
            served.refuse();
            // One may have been accepted just before.
            awaitQuiet(served, Duration.ofMillis(LOOK_MILLIS), LONGEST_LAST_CALL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitQuiet(ProbedHttp11Protocol served, Duration quiet, Duration longest)
            throws InterruptedException {
        long since = System.nanoTime();
        while (!served.isQuietFor(quiet) && System.nanoTime() - since < longest.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Calls.DOORS_PHASE - 1;
    }
}
