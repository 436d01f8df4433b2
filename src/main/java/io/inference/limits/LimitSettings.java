package io.inference.limits;

import io.inference.config.Settings;
import io.inference.limits.LimitPolicy.GroupLimits;
import java.util.HashMap;
import java.util.Map;

/**
 * The settings of limits.
 *
 * @param policy limits of each caller
 * @param maxWaiting calls that may wait for their first token
 */
record LimitSettings(LimitPolicy policy, int maxWaiting) {
    LimitSettings {
        if (maxWaiting < 1) {
            throw new IllegalArgumentException(maxWaiting + " calls");
        }
    }

    static LimitSettings of(Settings settings) {
        RateLimits defaults = new RateLimits(
                settings.whole("rate-limit-requests-per-minute"),
                settings.whole("rate-limit-tokens-per-minute"),
                settings.whole("rate-limit-streams"));
        Map<String, GroupLimits> byGroup = new HashMap<>();
        settings.namedNumbers("rate-limit-groups")
                .forEach((group, limits) -> byGroup.put(
                        group, new GroupLimits(limits.get("requests"), limits.get("tokens"), limits.get("streams"))));
        return new LimitSettings(new LimitPolicy(defaults, byGroup), settings.whole("max-queue"));
    }
}
