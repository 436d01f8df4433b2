package io.inference.security.jwt;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Cached keys of an issuer. They are refreshed in the background when they are five minutes old, and at once for a
 * token whose key is not among them; never more than three times in thirty seconds, so that tokens with invented key
 * ids cannot cause a flood of requests to the issuer. While the issuer is unavailable, the old keys stay valid; while
 * no keys have ever been fetched, it is asked every five seconds. A set without a usable key replaces the old keys: an
 * operator who withdraws a key relies on its tokens being refused. Each reason of a failure is logged once, however
 * often it occurs.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {
    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);
    private static final long FRESH_NANOS = Duration.ofMinutes(5).toNanos();
    private static final long WINDOW_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int FETCHES_A_WINDOW = 3;
    private static final long PAUSE_WITHOUT_KEYS_NANOS = Duration.ofSeconds(5).toNanos();

    private final KeySource source;
    private final Runnable onChange;
    private final LongSupplier nanoTime;
    private final ReentrantLock fetching = new ReentrantLock();
    private final AtomicBoolean refreshingBehind = new AtomicBoolean();
    private final Deque<Long> fetches = new ArrayDeque<>();
    private volatile @Nullable Held held;

    /** Reason of the last fetch's failure, as logged; null if it succeeded. */
    private @Nullable String failure;

    private record Held(JWKSet keys, int version, long fetchedNanos) {}

    /** @param onChange called when the fetched keys differ from those before */
    IssuerKeys(KeySource source, Runnable onChange, LongSupplier nanoTime) {
        this.source = source;
        this.onChange = onChange;
        this.nanoTime = nanoTime;
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        Held now = held;
        if (now != null) {
            List<JWK> found = selector.select(now.keys());
            if (!found.isEmpty()) {
                refreshInBackgroundIfOld(now);
                return found;
            }
        }
        return selector.select(newerThan(now).keys());
    }

    private void refreshInBackgroundIfOld(Held now) {
        if (nanoTime.getAsLong() - now.fetchedNanos() < FRESH_NANOS || !refreshingBehind.compareAndSet(false, true)) {
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                Held ignored = newerThan(now);
            } catch (KeySourceException e) {
                throw new IllegalStateException("keys that were there are gone", e);
            } finally {
                refreshingBehind.set(false);
            }
        });
    }

    /**
     * Keys newer than {@code seen}, or the cached ones if no newer ones can be fetched now. Concurrent callers share
     * one fetch.
     */
    private Held newerThan(@Nullable Held seen) throws KeySourceException {
        fetching.lock();
        try {
            Held now = held;
            boolean newer = now != null && (seen == null || now.version() != seen.version());
            if (!newer && mayFetch(now)) {
                fetch(now);
            }
            Held best = held;
            if (best == null) {
                throw new RemoteKeySourceException("the issuer's keys could not be fetched", null);
            }
            return best;
        } finally {
            fetching.unlock();
        }
    }

    private boolean mayFetch(@Nullable Held held) {
        long now = nanoTime.getAsLong();
        if (held == null && !fetches.isEmpty() && now - fetches.peekLast() < PAUSE_WITHOUT_KEYS_NANOS) {
            return false;
        }
        while (!fetches.isEmpty() && now - fetches.peekFirst() >= WINDOW_NANOS) {
            fetches.removeFirst();
        }
        if (held != null && fetches.size() >= FETCHES_A_WINDOW) {
            return false;
        }
        fetches.addLast(now);
        return true;
    }

    private void fetch(@Nullable Held before) {
        try {
            JWKSet keys = source.fetch();
            if (keys.isEmpty() && before == null) {
                throw new IOException("it publishes no key that can be used for signatures");
            }
            held = new Held(keys, before == null ? 1 : before.version() + 1, nanoTime.getAsLong());
            if (failure != null) {
                log.info("the issuer's keys can be fetched again");
                failure = null;
            }
            if (before != null && !before.keys().equals(keys)) {
                log.atLevel(keys.isEmpty() ? Level.WARN : Level.INFO)
                        .log("the issuer changed its keys; it has {} now", keys.size());
                onChange.run();
            }
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(failure)) {
                failure = reason;
                log.warn(
                        "the issuer's keys could not be fetched{}: {}",
                        before == null ? "" : "; the previous keys remain in use",
                        reason);
            }
        }
    }
}
