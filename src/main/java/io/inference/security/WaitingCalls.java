package io.inference.security;

import io.inference.api.Call;
import io.inference.api.CallListener;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts the calls that wait for their first token and refuses more than may wait. */
public class WaitingCalls implements CallListener {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final int most;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<Call> waiting = ConcurrentHashMap.newKeySet();

    /** @param most calls that may wait at once */
    public WaitingCalls(int most) {
        this.most = most;
    }

    /** @throws InferenceException with {@code OVERLOADED}, at once, when too many wait already */
    void admit(Call call) {
        if (waiting.contains(call)) {
            // A route of an operator may ask twice; the call leaves only once.
            return;
        }
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            throw InferenceException.retryLater(
                    ErrorCode.OVERLOADED, "too many requests are waiting; try again later", RETRY_AFTER);
        }
        waiting.add(call);
        call.onFirstToken(() -> leave(call));
    }

    private void leave(Call call) {
        if (waiting.remove(call)) {
            count.decrementAndGet();
        }
    }

    /** Whether so many wait that what is not urgent had better not be added: seven eighths of those that may. */
    public boolean isNearlyFull() {
        return count.get() >= most - most / 8;
    }

    /** Calls admitted that have no token yet. */
    public int count() {
        return count.get();
    }

    @Override
    public void started(Call call) {}

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        leave(call);
    }
}
