package io.inference.security.limits;

import io.github.bucket4j.ConsumptionProbe;
import io.inference.api.Call;
import io.inference.api.CallListener;
import io.inference.api.ChatRequest;
import io.inference.api.ErrorCode;
import io.inference.api.GenerateRequest;
import io.inference.api.InferenceException;
import io.inference.api.InferenceRequest;
import io.inference.api.TokenEstimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds callers to their limits. Tokens are taken by estimate when a request is let in, and the difference to what it used is settled
 * when it has ended. What failed before its first token costs none; what broke off later without a word on its use, the estimate.
 */
public final class RateLimiter implements CallListener {
    private static final Duration STREAM_RETRY_AFTER = Duration.ofSeconds(1);

    private final RateLimits limits;
    private final Buckets buckets;
    private final Map<Call, Long> reserved = new ConcurrentHashMap<>();
    private final Map<Call, String> streaming = new ConcurrentHashMap<>();
    private final Map<String, Integer> streams = new ConcurrentHashMap<>();

    public RateLimiter(RateLimits limits, Buckets buckets) {
        this.limits = limits;
        this.buckets = buckets;
    }

    /**
     * What came of a request.
     *
     * @param standings one for each limit that was looked at
     * @param refusal null where the request is let in; else {@code RATE_LIMITED} with the time to wait
     */
    public record Verdict(
            List<Standing> standings, @Nullable InferenceException refusal) {
        static final Verdict UNLIMITED = new Verdict(List.of(), null);
    }

    /** Lets a request in or refuses it. */
    public Verdict admit(Call call, InferenceRequest request) {
        if (limits.isOff()) {
            return Verdict.UNLIMITED;
        }
        if (limits.streams() > 0 && isStreamed(request) && !takeStream(call)) {
            return new Verdict(List.of(), refusal(limits.streams() + " open streams", STREAM_RETRY_AFTER));
        }
        List<Standing> standings = new ArrayList<>(2);
        if (limits.requestsPerMinute() > 0) {
            ConsumptionProbe probe = buckets.take(key("requests", call), limits.requestsPerMinute(), 1);
            standings.add(Standing.of("requests", limits.requestsPerMinute(), probe));
            if (!probe.isConsumed()) {
                return new Verdict(standings, refusal(limits.requestsPerMinute() + " requests a minute", wait(probe)));
            }
        }
        if (limits.tokensPerMinute() > 0) {
            // One that is larger than a minute's tokens may run when the bucket is full, and leaves a debt.
            long wanted = Math.min(TokenEstimate.of(request), limits.tokensPerMinute());
            ConsumptionProbe probe = buckets.take(key("tokens", call), limits.tokensPerMinute(), wanted);
            standings.add(Standing.of("tokens", limits.tokensPerMinute(), probe));
            if (!probe.isConsumed()) {
                return new Verdict(standings, refusal(limits.tokensPerMinute() + " tokens a minute", wait(probe)));
            }
            reserved.put(call, wanted);
        }
        return new Verdict(standings, null);
    }

    @Override
    public void started(Call call) {}

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        if (limits.isOff()) {
            return;
        }
        String caller = streaming.remove(call);
        if (caller != null) {
            streams.computeIfPresent(caller, (name, open) -> open == 1 ? null : open - 1);
        }
        Long taken = reserved.remove(call);
        if (taken != null) {
            long used = (long) call.usage().promptTokens() + call.usage().completionTokens();
            boolean brokenOff = failure != null && call.timeToFirstTokenNanos() > 0;
            long cost = brokenOff && used == 0 ? taken : used;
            buckets.settle(key("tokens", call), limits.tokensPerMinute(), cost - taken);
        }
    }

    private boolean takeStream(Call call) {
        String caller = call.caller();
        boolean[] taken = new boolean[1];
        streams.compute(caller, (name, open) -> {
            int before = open == null ? 0 : open;
            taken[0] = before < limits.streams();
            return taken[0] ? Integer.valueOf(before + 1) : open;
        });
        if (taken[0]) {
            streaming.put(call, caller);
        }
        return taken[0];
    }

    private static boolean isStreamed(InferenceRequest request) {
        return request instanceof ChatRequest chat && chat.stream()
                || request instanceof GenerateRequest generate && generate.stream();
    }

    /** The lengths keep two callers apart whatever their names hold. */
    private static String key(String what, Call call) {
        return what + ":" + call.caller().length() + ":" + call.caller() + ":" + call.model();
    }

    private static Duration wait(ConsumptionProbe probe) {
        return Duration.ofSeconds(Math.max(1, Math.ceilDiv(probe.getNanosToWaitForRefill(), 1_000_000_000)));
    }

    private static InferenceException refusal(String limit, Duration wait) {
        return InferenceException.retryLater(
                ErrorCode.RATE_LIMITED, "the limit of " + limit + " is reached; try again later", wait);
    }
}
