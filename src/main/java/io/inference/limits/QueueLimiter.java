package io.inference.limits;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls that wait for their first token, refuses more than may wait, and those whose time would be over before their turn. The
 * wait is reckoned from the calls ahead and the time between two that got a token lately: the mean of it or the latest, whichever is
 * less, so that one slow turn, such as a model's loading, refuses nobody.
 */
public class QueueLimiter implements CallListener {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** Weight of the latest interval in the mean. */
    private static final double LATEST = 0.2;

    /** So few turns tell nothing. */
    private static final int FEWEST_TURNS = 4;

    private final int most;
    private final LongSupplier nanoTime;
    /** Since when each waits. */
    private final Map<Call, Long> waiting = new HashMap<>();

    private int turns;
    private double meanIntervalNanos;
    private double latestIntervalNanos;
    private long lastTurnNanos;

    /** @param most calls that may wait at once */
    public QueueLimiter(int most) {
        this(most, System::nanoTime);
    }

    QueueLimiter(int most, LongSupplier nanoTime) {
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /**
     * @throws InferenceException at once: with {@code OVERLOADED} when too many wait already, with {@code TIMEOUT} when the call has less
     *     time than it would wait
     */
    void admit(Call call) {
        enter(call);
        call.onFirstToken(() -> served(call));
    }

    private synchronized void enter(Call call) {
        if (waiting.containsKey(call)) {
            // A route of an operator may ask twice; the call leaves only once.
            return;
        }
        if (waiting.size() >= most) {
            throw InferenceException.retryLater(
                    ErrorCode.OVERLOADED, "too many requests are waiting; try again later", RETRY_AFTER);
        }
        long now = nanoTime.getAsLong();
        if (call.remaining().toNanos() < expectedWaitNanos(now)) {
            throw new InferenceException(
                    ErrorCode.TIMEOUT, "the request's time would be over before its turn; the queue is too long");
        }
        if (waiting.isEmpty()) {
            lastTurnNanos = now;
        }
        waiting.put(call, now);
    }

    private double expectedWaitNanos(long now) {
        double expected = Math.min(meanIntervalNanos, latestIntervalNanos) * waiting.size();
        // Where nothing has had its turn for longer than that, those who wait do so for a backend that hangs, not in a
        // queue.
        boolean known = turns == FEWEST_TURNS && now - lastTurnNanos <= expected;
        return known ? expected : 0;
    }

    /** A token came: the queue went on. */
    private synchronized void served(Call call) {
        Long since = waiting.remove(call);
        if (since != null) {
            long now = nanoTime.getAsLong();
            // A time in which nobody came is no time that the queue took.
            double interval = Math.min(now - lastTurnNanos, now - since);
            meanIntervalNanos = turns == 0 ? interval : meanIntervalNanos + LATEST * (interval - meanIntervalNanos);
            latestIntervalNanos = interval;
            lastTurnNanos = now;
            turns = Math.min(turns + 1, FEWEST_TURNS);
        }
    }

    /** Whether so many wait that what is not urgent had better not be added: seven eighths of those that may. */
    public boolean isNearlyFull() {
        return count() >= most - most / 8;
    }

    /** Calls admitted that have no token yet. */
    public synchronized int count() {
        return waiting.size();
    }

    @Override
    public void started(Call call) {}

    @Override
    public synchronized void ended(Call call, @Nullable InferenceException failure) {
        waiting.remove(call);
    }
}
