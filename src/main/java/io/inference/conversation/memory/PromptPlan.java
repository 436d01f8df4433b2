package io.inference.conversation.memory;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * What the model gets of a conversation. The system's message comes first: the system prompt, the ledger of all
 * messages that are not given verbatim, the master and every summary that no higher one covers, oldest first. Then come
 * the messages that no summary covers, and the new ones. So each message of the log is in the prompt verbatim or in
 * exactly one summary, and the system's message changes only if a summary is added.
 *
 * <p>The prompt always fits. If summaries are missing because they could not be made in time, the oldest messages
 * without one are replaced by sentences of theirs ({@link ExtractiveSummary}), as a stand-in of level 0 that is not
 * stored. If that is not enough, the same is done with the summaries, and the ledger is left out.
 *
 * @param system the system's message; empty for none
 * @param summaries for which the system's message stands, stand-ins included, oldest first
 * @param verbatim messages to give as they are; the new ones come last
 * @param tokens of the whole prompt
 * @param summarized messages of the log, as far as it was given, that are not given verbatim
 */
public record PromptPlan(
        String system, List<Summary> summaries, List<LogMessage> verbatim, int tokens, int summarized) {
    /** Parts of the prompt that a stand-in may take: one of so many. */
    private static final int STAND_IN_SHARE = 8;

    private static final String HEADING = "Earlier messages of this conversation, summarized, oldest first:";

    public PromptPlan {
        summaries = List.copyOf(summaries);
        verbatim = List.copyOf(verbatim);
    }

    /**
     * The conversation.
     *
     * @param system the system prompt; empty for none
     * @param log all messages before the new ones, in order; those that a summary covers may be left out
     * @param next the new messages; empty to answer the last one of the log
     * @param summaries all that exist
     * @param ledger of the messages that the summaries cover
     */
    public record Conversation(
            String system, List<LogMessage> log, List<LogMessage> next, List<Summary> summaries, Ledger ledger) {
        public Conversation {
            log = List.copyOf(log);
            next = List.copyOf(next);
            summaries = List.copyOf(summaries);
        }
    }

    /**
     * Plans a prompt.
     *
     * @param budget tokens of the context, less those of the answer
     * @param ledgerTokens maximum of the ledger
     * @throws InferenceException with {@code CONTEXT_LENGTH_EXCEEDED} if the system prompt and the new message alone do
     *     not fit
     */
    public static PromptPlan of(
            Conversation conversation, int budget, int ledgerTokens, MemoryRules rules, TokenCounter counter) {
        return new Planner(conversation, budget, rules, counter).plan(ledgerTokens);
    }

    private static final class Planner {
        private final Conversation conversation;
        private final int budget;
        private final MemoryRules rules;
        private final TokenCounter counter;
        private final List<Summary> active;
        private final List<LogMessage> uncovered;
        private final ToolGroups groups;

        Planner(Conversation conversation, int budget, MemoryRules rules, TokenCounter counter) {
            this.conversation = conversation;
            this.budget = budget;
            this.rules = rules;
            this.counter = counter;
            this.active = SummaryPlan.active(conversation.summaries());
            this.uncovered = SummaryPlan.uncovered(
                    conversation.log(), active.stream().map(Summary::span).toList());
            this.groups = new ToolGroups(uncovered);
        }

        PromptPlan plan(int ledgerTokens) {
            PromptPlan whole = assemble(active, 0, ledgerTokens);
            if (whole.tokens() <= budget) {
                return whole;
            }
            PromptPlan plan = withStandIn(active, ledgerTokens, whole.tokens() - budget);
            if (plan.tokens() > budget) {
                plan = withStandIn(active, 0, Integer.MAX_VALUE);
            }
            for (int share = 2; plan.tokens() > budget && share <= budget; share *= 2) {
                plan = withStandIn(compressed(budget / share), 0, Integer.MAX_VALUE);
            }
            if (plan.tokens() > budget) {
                throw new InferenceException(
                        ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                        "the system prompt and the new message need more tokens than the context of the model has");
            }
            return plan;
        }

        /** Replaces as few of the oldest uncovered messages as makes the prompt fit, or all. */
        private PromptPlan withStandIn(List<Summary> summaries, int ledgerTokens, int excess) {
            long missing = (long) excess + standInTokens();
            int count = 0;
            long saved = 0;
            while (true) {
                while (count < uncovered.size() && saved < missing) {
                    int next = next(count);
                    for (; count < next; count++) {
                        saved += uncovered.get(count).tokens();
                    }
                }
                PromptPlan plan = assemble(summaries, count, ledgerTokens);
                if (plan.tokens() <= budget || count == uncovered.size()) {
                    return plan;
                }
                missing = saved + plan.tokens() - budget;
            }
        }

        /** In steps of a summary, so that the beginning of the prompt changes seldom. */
        private int next(int count) {
            int end = groups.cut(count, Math.min(uncovered.size(), count + rules.messagesBeforeSummary()));
            return Math.min(uncovered.size(), end);
        }

        private int standInTokens() {
            return Math.max(1, budget / STAND_IN_SHARE);
        }

        /** All summaries as one stand-in; none if there is no room. */
        private List<Summary> compressed(int mostTokens) {
            if (active.isEmpty()) {
                return active;
            }
            Span span = new Span(
                    0, active.getFirst().span().first(), active.getLast().span().last());
            String text =
                    ExtractiveSummary.of(active.stream().map(Summary::text).toList(), mostTokens, counter);
            return List.of(new Summary(span, text));
        }

        private PromptPlan assemble(List<Summary> summaries, int replaced, int ledgerTokens) {
            List<Summary> all = new ArrayList<>(summaries);
            Ledger ledger = conversation.ledger();
            if (replaced > 0) {
                List<LogMessage> oldest = uncovered.subList(0, replaced);
                all.add(standIn(oldest));
                ledger = ledger.plus(oldest);
            }
            String system = system(all, ledgerTokens > 0 ? ledger.render(ledgerTokens, counter) : "");
            List<LogMessage> verbatim = new ArrayList<>(uncovered.subList(replaced, uncovered.size()));
            verbatim.addAll(conversation.next());
            int tokens = system.isEmpty() ? 0 : counter.count(Role.SYSTEM, system);
            for (LogMessage message : verbatim) {
                tokens += message.tokens();
            }
            return new PromptPlan(
                    system, all, verbatim, tokens, conversation.log().size() - uncovered.size() + replaced);
        }

        private Summary standIn(List<LogMessage> messages) {
            Span span =
                    new Span(0, messages.getFirst().number(), messages.getLast().number());
            List<String> texts = messages.stream().map(MemoryPrompts::line).toList();
            return new Summary(span, ExtractiveSummary.of(texts, standInTokens(), counter));
        }

        private String system(List<Summary> all, String ledger) {
            List<String> pieces = new ArrayList<>();
            pieces.add(conversation.system());
            pieces.add(ledger);
            List<String> texts = all.stream()
                    .map(Summary::text)
                    .filter(text -> !text.isBlank())
                    .toList();
            if (!texts.isEmpty()) {
                pieces.add(HEADING);
                pieces.addAll(texts);
            }
            pieces.removeIf(String::isBlank);
            return String.join("\n\n", pieces);
        }
    }
}
