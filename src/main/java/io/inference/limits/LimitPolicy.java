package io.inference.limits;

import io.inference.api.call.Caller;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a caller: those of its groups, the most generous one if it is in several, and the defaults for limits
 * that no group sets.
 */
record LimitPolicy(RateLimits defaults, Map<String, GroupLimits> byGroup) {
    /**
     * The limits of a group; null uses the default, 0 is no limit.
     *
     * @param requests a minute and model
     * @param tokens a minute and model
     * @param streams open at once
     */
    public record GroupLimits(
            @Nullable Integer requests,
            @Nullable Integer tokens,
            @Nullable Integer streams) {}

    public LimitPolicy {
        byGroup = Map.copyOf(byGroup);
    }

    public RateLimits of(Caller caller) {
        if (byGroup.isEmpty() || caller.groups().isEmpty()) {
            return defaults;
        }
        return new RateLimits(
                limit(caller, GroupLimits::requests, defaults.requestsPerMinute()),
                limit(caller, GroupLimits::tokens, defaults.tokensPerMinute()),
                limit(caller, GroupLimits::streams, defaults.streams()));
    }

    /** Whether there is any limit per minute; replicas share those. */
    public boolean needBuckets() {
        return all().anyMatch(limits -> limits.requestsPerMinute() > 0 || limits.tokensPerMinute() > 0);
    }

    private Stream<RateLimits> all() {
        return Stream.concat(
                Stream.of(defaults),
                byGroup.values().stream()
                        .map(group -> new RateLimits(
                                orNone(group.requests()), orNone(group.tokens()), orNone(group.streams()))));
    }

    private int limit(Caller caller, Function<GroupLimits, @Nullable Integer> kind, int otherwise) {
        int most = -1;
        for (String name : caller.groups()) {
            GroupLimits group = byGroup.get(name);
            Integer said = group == null ? null : kind.apply(group);
            if (said != null) {
                most = said == 0 || most == 0 ? 0 : Math.max(most, said);
            }
        }
        return most < 0 ? otherwise : most;
    }

    private static int orNone(@Nullable Integer limit) {
        return limit == null ? 0 : limit;
    }
}
