package io.inference.summary;

import org.jspecify.annotations.Nullable;

/**
 * Limits of the requests that make a summary.
 *
 * @param context maximum number of tokens of one request, its answer included
 * @param parallel parts that are summarized at the same time
 * @param parts maximum number of parts in which a text may be summarized
 * @param setsContext whether requests set their context, for a backend that otherwise uses its own default
 * @param temperature of the requests; null leaves it to the backend
 */
record SummaryLimits(
        int context,
        int parallel,
        int parts,
        boolean setsContext,
        @Nullable Double temperature) {
    private static final int LEAST_ANSWER = 64;
    private static final int MOST_ANSWER = 1024;

    /** A word has about 1.4 tokens; a summary that is a little longer than asked for is not cut. */
    private static final int TOKENS_A_WORD = 2;

    SummaryLimits {
        if (context < 1 || parallel < 1 || parts < 1) {
            throw new IllegalArgumentException("a context of " + context + ", " + parallel + " of " + parts + " parts");
        }
    }

    /** Maximum number of tokens of the summary of a part: an eighth of the context. */
    int partAnswer() {
        return Math.clamp(context / 8, Math.min(LEAST_ANSWER, context / 4), MOST_ANSWER);
    }

    /** Tokens of the whole summary. */
    int answer(@Nullable Integer maxWords) {
        if (maxWords == null) {
            return Math.clamp(context / 4, 1, MOST_ANSWER);
        }
        return Math.clamp((long) maxWords * TOKENS_A_WORD + LEAST_ANSWER, 1, Math.max(1, context / 2));
    }
}
