package io.inference.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.limits.LimitPolicy.GroupLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final InferenceException BROKEN =
            new InferenceException(ErrorCode.BACKEND_FAILED, "the backend failed");

    private final Clock clock = new Clock();

    @Test
    void requestsOfACallerToAModelAreCountedByTheMinute() {
        RateLimiter limiter = limiter(new RateLimits(2, 0, 0));
        assertThat(admit(limiter, call("alice", "m")).refusal()).isNull();
        RateLimiter.Verdict second = admit(limiter, call("alice", "m"));
        assertThat(second.refusal()).isNull();
        assertThat(second.standings())
                .containsExactly(
                        new Standing("requests", 2, 0, Duration.ofMinutes(1).toNanos()));
        InferenceException refusal = admit(limiter, call("alice", "m")).refusal();
        assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(30));
        assertThat(admit(limiter, call("alice", "other")).refusal()).isNull();
        assertThat(admit(limiter, call("bob", "m")).refusal()).isNull();
        clock.advance(Duration.ofSeconds(30));
        assertThat(admit(limiter, call("alice", "m")).refusal()).isNull();
    }

    @Test
    void tokensAreTakenByEstimateAndSettledByUse() {
        RateLimiter limiter = limiter(new RateLimits(0, 1000, 0));
        Call call = call("alice", "m");
        assertThat(remaining(admit(limiter, call, 500))).isBetween(480L, 500L);
        call.setUsage(new Usage(10, 20, 0));
        limiter.ended(call, null);
        // 30 were used; the next one is estimated at 500 and a few.
        assertThat(remaining(admit(limiter, call("alice", "m"), 500))).isBetween(455L, 470L);
    }

    @Test
    void whatWasUsedBeyondTheEstimateIsADebt() {
        RateLimiter limiter = limiter(new RateLimits(0, 1000, 0));
        Call call = call("alice", "m");
        assertThat(admit(limiter, call, 5000).refusal()).isNull();
        call.setUsage(new Usage(1000, 1000, 0));
        limiter.ended(call, null);
        InferenceException refusal = admit(limiter, call("alice", "m"), 1).refusal();
        assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refusal.retryAfter().orElseThrow()).isGreaterThan(Duration.ofSeconds(60));
    }

    @Test
    void whatFailedBeforeItsFirstTokenCostsNothingButWhatBrokeOffDoes() {
        RateLimiter limiter = limiter(new RateLimits(0, 1000, 0));
        Call failed = call("alice", "m");
        long first = remaining(admit(limiter, failed, 500));
        limiter.ended(failed, BROKEN);
        Call brokenOff = call("alice", "m");
        assertThat(remaining(admit(limiter, brokenOff, 500))).isEqualTo(first);
        brokenOff.markFirstToken();
        limiter.ended(brokenOff, BROKEN);
        assertThat(admit(limiter, call("alice", "m"), 500).refusal()).isNotNull();
    }

    @Test
    void whatBrokeOffIsSettledByWhatWasSent() {
        RateLimiter limiter = limiter(new RateLimits(0, 1000, 0));
        Call brokenOff = call("alice", "m");
        admit(limiter, brokenOff, 900);
        brokenOff.markFirstToken();
        brokenOff.setUsage(new Usage(9, 91, 0));
        limiter.ended(brokenOff, BROKEN);
        assertThat(remaining(admit(limiter, call("alice", "m"), 500))).isBetween(380L, 400L);
    }

    @Test
    void streamsAreCountedUntilTheyEnd() {
        RateLimiter limiter = limiter(new RateLimits(0, 0, 1));
        Call open = call("alice", "m");
        assertThat(admit(limiter, open).refusal()).isNull();
        Call second = call("alice", "m");
        assertThat(admit(limiter, second).refusal().code()).isEqualTo(ErrorCode.RATE_LIMITED);
        limiter.ended(second, BROKEN);
        assertThat(admit(limiter, call("alice", "m")).refusal()).isNotNull();
        assertThat(admit(limiter, call("bob", "m")).refusal()).isNull();
        limiter.ended(open, null);
        assertThat(admit(limiter, call("alice", "m")).refusal()).isNull();
    }

    @Test
    void withoutLimitsNothingIsCounted() {
        RateLimiter limiter = new RateLimiter(new LimitPolicy(new RateLimits(0, 0, 0), Map.of()), new Buckets() {
            @Override
            public io.github.bucket4j.ConsumptionProbe take(String key, long perMinute, long tokens) {
                throw new AssertionError("nobody asked");
            }

            @Override
            public void settle(String key, long perMinute, long difference) {
                throw new AssertionError("nobody asked");
            }
        });
        Call call = call("alice", "m");
        assertThat(admit(limiter, call).standings()).isEmpty();
        limiter.ended(call, null);
    }

    @Test
    void membersOfAGroupHaveItsLimitsAndTheDefaultForWhatItLeavesUnsaid() {
        RateLimiter limiter = new RateLimiter(
                new LimitPolicy(
                        new RateLimits(1, 0, 1),
                        Map.of("gold", new GroupLimits(600, 1000, null), "free", new GroupLimits(0, null, 0))),
                new LocalBuckets(clock));
        RateLimiter.Verdict gold = admit(limiter, call("alice", "m"), caller("alice", null, "gold"), 1);
        assertThat(gold.standings()).extracting(Standing::limit).containsExactly(600L, 1000L);
        assertThat(admit(limiter, call("alice", "m"), caller("alice", null, "gold"), 1)
                        .refusal())
                .hasMessageContaining("1 open streams");
        for (int i = 0; i < 3; i++) {
            RateLimiter.Verdict free = admit(limiter, call("bob", "m"), caller("bob", null, "free"), 1);
            assertThat(free.refusal()).isNull();
            assertThat(free.standings()).isEmpty();
        }
        assertThat(admit(limiter, call("carol", "m"), caller("carol", null, "others"), 1)
                        .standings())
                .extracting(Standing::limit)
                .containsExactly(1L);
    }

    @Test
    void ofSeveralGroupsTheMostGenerousCounts() {
        LimitPolicy policy = new LimitPolicy(
                new RateLimits(100, 100, 100),
                Map.of(
                        "low", new GroupLimits(1, 0, 3),
                        "high", new GroupLimits(7, 5, null),
                        "silent", new GroupLimits(null, null, null)));
        assertThat(policy.of(caller("alice", null, "low", "high", "silent"))).isEqualTo(new RateLimits(7, 0, 3));
        assertThat(policy.of(caller("alice", null, "low"))).isEqualTo(new RateLimits(1, 0, 3));
        assertThat(policy.of(caller("alice", null, "silent"))).isEqualTo(new RateLimits(100, 100, 100));
        assertThat(policy.of(caller("alice", null))).isEqualTo(new RateLimits(100, 100, 100));
        assertThat(policy.needBuckets()).isTrue();
        assertThat(new LimitPolicy(new RateLimits(0, 0, 1), Map.of("x", new GroupLimits(0, null, 1))).needBuckets())
                .isFalse();
        assertThat(new LimitPolicy(new RateLimits(0, 0, 0), Map.of("x", new GroupLimits(null, 1, null))).needBuckets())
                .isTrue();
    }

    @Test
    void equalNamesOfTwoTenantsAreCountedApart() {
        RateLimiter limiter = limiter(new RateLimits(1, 0, 1));
        assertThat(admit(limiter, call("alice", "m"), caller("alice", "acme"), 1)
                        .refusal())
                .isNull();
        assertThat(admit(limiter, call("alice", "m"), caller("alice", "globex"), 1)
                        .refusal())
                .isNull();
        assertThat(admit(limiter, call("alice", "m"), caller("alice", "acme"), 1)
                        .refusal())
                .isNotNull();
    }

    private static Caller caller(String subject, String tenant, String... groups) {
        return new Caller(subject, Set.of(groups), Set.of(), tenant, Caller.Kind.USER);
    }

    @Test
    void aResetIsWrittenAsOpenAiDoes() {
        assertThat(new Standing("requests", 1, 0, 1_500_000_000L).reset()).isEqualTo("1.500s");
        assertThat(new Standing("requests", 1, 0, 60_000_000_000L).reset()).isEqualTo("60s");
    }

    private RateLimiter limiter(RateLimits limits) {
        return new RateLimiter(new LimitPolicy(limits, Map.of()), new LocalBuckets(clock));
    }

    private static long remaining(RateLimiter.Verdict verdict) {
        assertThat(verdict.refusal()).isNull();
        return verdict.standings().getFirst().remaining();
    }

    private static RateLimiter.Verdict admit(RateLimiter limiter, Call call) {
        return admit(limiter, call, 1);
    }

    private static RateLimiter.Verdict admit(RateLimiter limiter, Call call, int maxTokens) {
        Caller caller = new Caller(call.caller(), Set.of(), Set.of(), null, Caller.Kind.USER);
        return admit(limiter, call, caller, maxTokens);
    }

    private static RateLimiter.Verdict admit(RateLimiter limiter, Call call, Caller caller, int maxTokens) {
        Options options =
                new Options(null, null, null, null, null, null, null, null, maxTokens, List.of(), null, 1, null);
        List<Message> messages = List.of(Message.of(Role.USER, "What is the capital of France?"));
        return limiter.admit(
                call, caller, new ChatRequest(call.model(), messages, options, List.of(), null, null, null, true));
    }

    private static Call call(String caller, String model) {
        Call call = new Call("id", "rest", Duration.ofMinutes(1));
        call.setCaller(caller);
        call.setModel(model);
        return call;
    }

    private static final class Clock implements TimeMeter {
        private long nanos = 1;

        void advance(Duration time) {
            nanos += time.toNanos();
        }

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
