package io.inference.limits;

/**
 * The limits of a caller; 0 is no limit.
 *
 * @param requestsPerMinute of one model
 * @param tokensPerMinute of one model, prompt and answer together
 * @param streams open at once at this replica, of all models
 */
record RateLimits(int requestsPerMinute, int tokensPerMinute, int streams) {
    /** Whether there is no limit at all. */
    public boolean isOff() {
        return requestsPerMinute == 0 && tokensPerMinute == 0 && streams == 0;
    }
}
