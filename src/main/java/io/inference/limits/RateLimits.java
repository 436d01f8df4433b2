package io.inference.limits;

/**
 * What a caller may use; 0 is no limit.
 *
 * @param requestsPerMinute of one model
 * @param tokensPerMinute of one model, prompt and answer together
 * @param streams open at once at this replica, of all models
 */
record RateLimits(int requestsPerMinute, int tokensPerMinute, int streams) {
    /** Whether nothing is limited. */
    public boolean isOff() {
        return requestsPerMinute == 0 && tokensPerMinute == 0 && streams == 0;
    }
}
