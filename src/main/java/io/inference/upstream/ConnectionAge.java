package io.inference.upstream;

import java.time.Duration;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * How old a connection to a server may be when it is used again: of any age, until the certificates are renewed; from
 * then on, no older than the renewal. So a connection that carries an answer during a renewal is not used again.
 */
final class ConnectionAge {
    private final ConnectionConfig ofAnyAge;
    private volatile @Nullable Long renewedNanos;

    ConnectionAge(Duration connectTimeout) {
        this.ofAnyAge = ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(connectTimeout))
                .setSocketTimeout(Timeout.DISABLED)
                // A check whether a connection is stale reads for a millisecond; an exchange finds out by itself.
                .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
                .build();
    }

    void renew() {
        renewedNanos = System.nanoTime();
    }

    /** What holds for a connection that is taken from the pool now. */
    ConnectionConfig config() {
        Long renewed = renewedNanos;
        if (renewed == null) {
            return ofAnyAge;
        }
        // The pool takes zero for "of any age".
        long age = Math.max(1, Duration.ofNanos(System.nanoTime() - renewed).toMillis());
        return ConnectionConfig.copy(ofAnyAge)
                .setTimeToLive(TimeValue.ofMilliseconds(age))
                .build();
    }
}
