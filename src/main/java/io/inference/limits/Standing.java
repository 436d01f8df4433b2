package io.inference.limits;

import io.github.bucket4j.ConsumptionProbe;

/**
 * Where a caller stands with one limit, as OpenAI's {@code x-ratelimit-*} headers tell it.
 *
 * @param what {@code requests} or {@code tokens}
 * @param limit a minute
 * @param remaining now
 * @param resetNanos until the bucket is full again
 */
record Standing(String what, long limit, long remaining, long resetNanos) {
    static Standing of(String what, long limit, ConsumptionProbe probe) {
        return new Standing(what, limit, Math.max(0, probe.getRemainingTokens()), probe.getNanosToWaitForReset());
    }

    /** The time to the reset as OpenAI writes it, such as {@code 1.5s}. */
    public String reset() {
        long millis = Math.ceilDiv(resetNanos, 1_000_000);
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis / 1000 + "." + "%03d".formatted(millis % 1000) + "s";
    }
}
