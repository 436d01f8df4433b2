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
 * Counts the calls that wait for their first token. Refuses a call if too many wait, or if its time limit would pass
 * before its turn. The expected wait is the number of calls ahead times the recent interval between two first tokens:
 * the smaller of the mean and the latest interval, so that one slow turn, such as the loading of a model, causes no
 * refusal.
 */
public class QueueLimiter implements CallListener {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** Weight of the latest interval in the mean. */
    private static final double LATEST = 0.2;

    /** With fewer turns the mean is not reliable. */
    private static final int FEWEST_TURNS = 4;

    private final int most;
    private final LongSupplier nanoTime;
    /** Start of each call's wait. */
    private final Map<Call, Long> waiting = new HashMap<>();

    private int turns;
    private double meanIntervalNanos;
    private double latestIntervalNanos;
    private long lastTurnNanos;

    /** @param most maximum number of waiting calls */
    public QueueLimiter(int most) {
        this(most, System::nanoTime);
    }

    QueueLimiter(int most, LongSupplier nanoTime) {
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /**
     * @throws InferenceException at once: {@code OVERLOADED} if too many calls wait already, {@code TIMEOUT} if the
     *     call has less time left than its expected wait
     */
    void admit(Call call) {
        enter(call);
        call.onFirstToken(() -> served(call));
    }

    private synchronized void enter(Call call) {
        if (waiting.containsKey(call)) {
            // An operator's route may pass here twice; the call leaves the queue only once.
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
        // If no call has had its turn for longer than that, the calls wait for a backend that hangs, not in a queue.
        boolean known = turns == FEWEST_TURNS && now - lastTurnNanos <= expected;
        return known ? expected : 0;
    }

    /** A first token arrived: the queue advanced by one. */
    private synchronized void served(Call call) {
        Long since = waiting.remove(call);
        if (since != null) {
            long now = nanoTime.getAsLong();
            // Time in which the queue was empty does not count as an interval.
            double interval = Math.min(now - lastTurnNanos, now - since);
            meanIntervalNanos = turns == 0 ? interval : meanIntervalNanos + LATEST * (interval - meanIntervalNanos);
            latestIntervalNanos = interval;
            lastTurnNanos = now;
            turns = Math.min(turns + 1, FEWEST_TURNS);
        }
    }

    /** Whether calls that are not urgent should not be added now: seven eighths of the maximum wait. */
    public boolean isNearlyFull() {
        return count() >= most - most / 8;
    }

    /** Admitted calls that have no token yet. */
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
