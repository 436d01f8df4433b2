package io.inference.limits;

import io.github.bucket4j.ConsumptionProbe;

/**
 * State of one limit of a caller, as OpenAI's {@code x-ratelimit-*} headers report it.
 *
 * @param what {@code requests} or {@code tokens}
 * @param limit a minute
 * @param remaining now
 * @param resetNanos time until the bucket is full again, in nanoseconds
 */
record Standing(String what, long limit, long remaining, long resetNanos) {
    static Standing of(String what, long limit, ConsumptionProbe probe) {
        return new Standing(what, limit, Math.max(0, probe.getRemainingTokens()), probe.getNanosToWaitForReset());
    }

    /** The time to the reset in OpenAI's format, such as {@code 1.5s}. */
    public String reset() {
        long millis = Math.ceilDiv(resetNanos, 1_000_000);
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis / 1000 + "." + "%03d".formatted(millis % 1000) + "s";
    }
}
