package io.inference.limits;

import io.github.bucket4j.ConsumptionProbe;
import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.request.TokenEstimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies the limits of callers. An estimated number of tokens is taken when a request is admitted; the difference to
 * its real usage is settled when it has ended. A request that fails before its first token costs nothing; one that
 * breaks off later without reporting its usage costs the estimate.
 */
final class RateLimiter implements CallListener {
    private static final Duration STREAM_RETRY_AFTER = Duration.ofSeconds(1);

    private volatile LimitPolicy policy;
    private final Buckets buckets;
    private final Map<Call, Reservation> reserved = new ConcurrentHashMap<>();
    private final Map<Call, String> streaming = new ConcurrentHashMap<>();
    private final Map<String, Integer> streams = new ConcurrentHashMap<>();

    /** Tokens that were taken from a bucket by estimate. */
    private record Reservation(String key, int perMinute, long tokens) {}

    public RateLimiter(LimitPolicy policy, Buckets buckets) {
        this.policy = policy;
        this.buckets = buckets;
    }

    /** Changes the limits of later requests; a bucket belongs to its limit, so that a changed one begins full. */
    void change(LimitPolicy changed) {
        policy = changed;
    }

    /**
     * Result of a request.
     *
     * @param standings one for each limit that applied
     * @param refusal null if the request is admitted; otherwise {@code RATE_LIMITED} with the time to wait
     */
    public record Verdict(
            List<Standing> standings, @Nullable InferenceException refusal) {
        static final Verdict UNLIMITED = new Verdict(List.of(), null);
    }

    /** Admits a request or refuses it. */
    public Verdict admit(Call call, Caller caller, InferenceRequest request) {
        RateLimits limits = policy.of(caller);
        if (limits.isOff()) {
            return Verdict.UNLIMITED;
        }
        if (limits.streams() > 0 && isStreamed(request) && !takeStream(call, name(caller), limits.streams())) {
            return new Verdict(List.of(), refusal(limits.streams() + " open streams", STREAM_RETRY_AFTER));
        }
        List<Standing> standings = new ArrayList<>(2);
        if (limits.requestsPerMinute() > 0) {
            String key = key("requests", limits.requestsPerMinute(), caller, call);
            ConsumptionProbe probe = buckets.take(key, limits.requestsPerMinute(), 1);
            standings.add(Standing.of("requests", limits.requestsPerMinute(), probe));
            if (!probe.isConsumed()) {
                return new Verdict(standings, refusal(limits.requestsPerMinute() + " requests a minute", wait(probe)));
            }
        }
        if (limits.tokensPerMinute() > 0) {
            // A request larger than the tokens of a minute may run when the bucket is full, and leaves a debt.
            long wanted = Math.min(TokenEstimate.of(request), limits.tokensPerMinute());
            String key = key("tokens", limits.tokensPerMinute(), caller, call);
            ConsumptionProbe probe = buckets.take(key, limits.tokensPerMinute(), wanted);
            standings.add(Standing.of("tokens", limits.tokensPerMinute(), probe));
            if (!probe.isConsumed()) {
                return new Verdict(standings, refusal(limits.tokensPerMinute() + " tokens a minute", wait(probe)));
            }
            reserved.put(call, new Reservation(key, limits.tokensPerMinute(), wanted));
        }
        return new Verdict(standings, null);
    }

    @Override
    public void started(Call call) {}

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        String caller = streaming.remove(call);
        if (caller != null) {
            streams.computeIfPresent(caller, (name, open) -> open == 1 ? null : open - 1);
        }
        Reservation taken = reserved.remove(call);
        if (taken != null) {
            long used = (long) call.usage().promptTokens() + call.usage().completionTokens();
            boolean brokenOff = failure != null && call.timeToFirstTokenNanos() > 0;
            long cost = brokenOff && used == 0 ? taken.tokens() : used;
            buckets.settle(taken.key(), taken.perMinute(), cost - taken.tokens());
        }
    }

    private boolean takeStream(Call call, String caller, int most) {
        boolean[] taken = new boolean[1];
        streams.compute(caller, (name, open) -> {
            int before = open == null ? 0 : open;
            taken[0] = before < most;
            return taken[0] ? Integer.valueOf(before + 1) : open;
        });
        if (taken[0]) {
            streaming.put(call, caller);
        }
        return taken[0];
    }

    private static boolean isStreamed(InferenceRequest request) {
        return request instanceof ChatRequest chat && chat.stream()
                || request instanceof GenerateRequest generate && generate.stream()
                || request instanceof SummarizeRequest summarize && summarize.stream()
                || request instanceof ImageRequest image && image.stream();
    }

    /**
     * A changed limit uses another bucket, since a bucket keeps the size that it was created with, in Redis also across
     * restarts.
     */
    private static String key(String what, int perMinute, Caller caller, Call call) {
        return what + ":" + perMinute + ":" + name(caller) + ":" + call.model();
    }

    /** The lengths keep two callers' keys distinct, whatever their names contain. */
    private static String name(Caller caller) {
        String tenant = caller.tenantOrEmpty();
        return caller.subject().length() + ":" + caller.subject() + ":" + tenant.length() + ":" + tenant;
    }

    private static Duration wait(ConsumptionProbe probe) {
        return Duration.ofSeconds(Math.max(1, Math.ceilDiv(probe.getNanosToWaitForRefill(), 1_000_000_000)));
    }

    private static InferenceException refusal(String limit, Duration wait) {
        return InferenceException.retryLater(
                ErrorCode.RATE_LIMITED, "the limit of " + limit + " is reached; try again later", wait);
    }
}
