package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.InferenceException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Calls of each backend, in progress and since the start. A call counts for the last backend that it was sent to. */
public class BackendCalls implements CallListener {
    private final Set<Call> underWay = ConcurrentHashMap.newKeySet();
    private final Map<String, Totals> ended = new ConcurrentHashMap<>();

    private record Totals(LongAdder calls, LongAdder failures, LongAdder promptTokens, LongAdder completionTokens) {
        Totals() {
            this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    /**
     * Calls of one backend. Tokens are counted when a call ends, since they are known only then.
     *
     * @param active calls in progress, including those that wait
     * @param waiting calls in progress that have no token yet
     * @param ended calls since the start
     * @param failed number of ended calls that failed or were cancelled
     */
    public record Count(long active, long waiting, long ended, long failed, long promptTokens, long completionTokens) {}

    /** Calls of a backend by its name; all zero if none was sent to it. */
    public Count of(String backend) {
        long active = 0;
        long waiting = 0;
        for (Call call : underWay) {
            if (call.backend().equals(backend)) {
                active++;
                waiting += call.timeToFirstTokenNanos() == 0 ? 1 : 0;
            }
        }
        Totals totals = ended.getOrDefault(backend, new Totals());
        return new Count(
                active,
                waiting,
                totals.calls.sum(),
                totals.failures.sum(),
                totals.promptTokens.sum(),
                totals.completionTokens.sum());
    }

    @Override
    public void started(Call call) {
        underWay.add(call);
    }

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        underWay.remove(call);
        if (call.backend().isEmpty()) {
            return;
        }
        Totals totals = ended.computeIfAbsent(call.backend(), name -> new Totals());
        totals.calls.increment();
        totals.failures.add(failure == null ? 0 : 1);
        totals.promptTokens.add(call.usage().promptTokens());
        totals.completionTokens.add(call.usage().completionTokens());
    }
}
