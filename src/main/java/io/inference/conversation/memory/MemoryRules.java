package io.inference.conversation.memory;

/**
 * How a conversation is summarized.
 *
 * @param messagesBeforeSummary uncovered messages that make a summary of level 1
 * @param contextShare share of the context's tokens that makes one earlier, in uncovered messages; 0 and 1 for none
 * @param keepRecentMessages the newest messages, which are never summarized
 * @param summariesBeforeConsolidation summaries of a level that make one of the next level
 * @param maxLevels levels of summaries; those of the last one make or update the master
 * @param weightCoefficient factor by which the importance of a summary falls with each level
 */
public record MemoryRules(
        int messagesBeforeSummary,
        double contextShare,
        int keepRecentMessages,
        int summariesBeforeConsolidation,
        int maxLevels,
        double weightCoefficient) {
    public MemoryRules {
        if (messagesBeforeSummary < 1
                || keepRecentMessages < 0
                || summariesBeforeConsolidation < 2
                || maxLevels < 1
                || !(contextShare >= 0 && contextShare <= 1)
                || !(weightCoefficient > 0 && weightCoefficient <= 1)) {
            throw new IllegalArgumentException("rules of memory that cannot be followed");
        }
    }

    /** The level of the master: one above the last level of summaries. */
    public int masterLevel() {
        return maxLevels + 1;
    }

    /** Importance of a summary: 1 at level 1, less at each higher level, since its messages are older. */
    public double weight(int level) {
        return Math.pow(weightCoefficient, Math.max(0, level - 1));
    }

    /** Tokens of uncovered messages that make a summary; {@link Integer#MAX_VALUE} if their number alone counts. */
    int tokensBeforeSummary(int contextTokens) {
        return contextShare == 0 || contextShare == 1
                ? Integer.MAX_VALUE
                : Math.max(1, (int) (contextShare * contextTokens));
    }
}
