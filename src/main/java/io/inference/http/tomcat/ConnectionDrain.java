package io.inference.http.tomcat;

import io.inference.call.StopStep;
import java.time.Duration;
import org.apache.coyote.ProtocolHandler;
import org.jspecify.annotations.Nullable;

/**
 * Ends the connections that callers keep open, after all doors have finished the calls that were in progress when the
 * stop began, and before the web server cuts what is left. Requests still arrive on these connections, from callers
 * that cannot know of the stop; each is answered as the last one of its connection. When none has come for a while, the
 * callers that are busy have gone, and no request is accepted any more.
 */
final class ConnectionDrain {
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final Duration LAST_QUIET = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration LONGEST_LAST_CALL = Duration.ofSeconds(3);

    private volatile @Nullable ProbedHttp11Protocol protocol;

    /** Called for each connector of the web server; there is one. */
    void of(ProtocolHandler handler) {
        if (handler instanceof ProbedHttp11Protocol probed) {
            protocol = probed;
        }
    }

    void run() {
        ProbedHttp11Protocol served = protocol;
        if (served == null) {
            return;
        }
        StopStep.await(() -> served.isQuietFor(QUIET), LONGEST);
        served.refuse();
        // One may have been accepted just before.
        StopStep.await(() -> served.isQuietFor(LAST_QUIET), LONGEST_LAST_CALL);
    }
}
