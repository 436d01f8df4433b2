package io.inference.conversation.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Which summaries are due. Depends on the log and on the existing summaries alone, not on the time, so that all
 * replicas find the same ones; repeated until nothing is due, it ends.
 *
 * <p>A summary of level 1 covers the oldest {@code messagesBeforeSummary} messages that no summary covers, or fewer
 * that reach the share of the context. It is due once all of them are older than the newest {@code keepRecentMessages}.
 * If that would separate a tool call from its result, it extends to the result, and waits for a result that may still
 * come. {@code summariesBeforeConsolidation} summaries of a level are consolidated to one of the next level, those of
 * the last level to the master, which each further consolidation extends. With 6 messages, 3 summaries and 3 levels,
 * the first master covers 6 · 3 · 3 · 3 = 162 messages.
 */
public final class SummaryPlan {
    private static final Comparator<Span> OLDEST_FIRST = Comparator.comparingLong(Span::first);

    private SummaryPlan() {}

    /**
     * The summaries that can be made now, oldest first, each independent of the others.
     *
     * @param log messages in order; those that a summary covers may be left out
     * @param existing spans of all summaries
     * @param contextTokens of the model; for the share of the context
     */
    public static List<DueSummary> due(
            List<LogMessage> log, List<Span> existing, MemoryRules rules, int contextTokens) {
        List<DueSummary> due = new ArrayList<>(ofMessages(log, existing, rules, contextTokens));
        for (int level = 1; level <= rules.maxLevels(); level++) {
            due.addAll(consolidations(level, existing, rules));
        }
        return due;
    }

    private static List<DueSummary> ofMessages(
            List<LogMessage> log, List<Span> existing, MemoryRules rules, int contextTokens) {
        List<LogMessage> uncovered = uncovered(log, existing);
        ToolGroups groups = new ToolGroups(uncovered);
        int available = uncovered.size() - rules.keepRecentMessages();
        int mostTokens = rules.tokensBeforeSummary(contextTokens);
        List<DueSummary> due = new ArrayList<>();
        int start = 0;
        while (start < available) {
            int end = groups.cut(start, end(uncovered, start, rules.messagesBeforeSummary(), mostTokens));
            if (end > available) {
                break;
            }
            Span span = new Span(
                    1, uncovered.get(start).number(), uncovered.get(end - 1).number());
            due.add(new DueSummary(span, List.of()));
            start = end;
        }
        return due;
    }

    /** Index after the last message of the next summary; beyond the list if there are not enough yet. */
    private static int end(List<LogMessage> uncovered, int start, int messages, int mostTokens) {
        long tokens = 0;
        for (int i = start; i < uncovered.size(); i++) {
            tokens += uncovered.get(i).tokens();
            if (i - start + 1 == messages || tokens >= mostTokens) {
                return i + 1;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static List<DueSummary> consolidations(int level, List<Span> existing, MemoryRules rules) {
        List<Span> open = existing.stream()
                .filter(span -> span.level() == level)
                .filter(span -> existing.stream().noneMatch(other -> other.level() > level && other.overlaps(span)))
                .sorted(OLDEST_FIRST)
                .toList();
        int each = rules.summariesBeforeConsolidation();
        List<DueSummary> due = new ArrayList<>();
        for (int i = 0; i + each <= open.size(); i += each) {
            List<Span> sources = open.subList(i, i + each);
            if (level == rules.maxLevels()) {
                // Only one at a time: the next one extends the master that this one makes.
                return List.of(master(sources, existing, rules));
            }
            due.add(consolidated(level + 1, sources));
        }
        return due;
    }

    private static DueSummary master(List<Span> latest, List<Span> existing, MemoryRules rules) {
        List<Span> sources = new ArrayList<>();
        existing.stream()
                .filter(span -> span.level() == rules.masterLevel())
                .max(Comparator.comparingLong(Span::last))
                .ifPresent(sources::add);
        sources.addAll(latest);
        return consolidated(rules.masterLevel(), sources);
    }

    private static DueSummary consolidated(int level, List<Span> sources) {
        return new DueSummary(
                new Span(level, sources.getFirst().first(), sources.getLast().last()), sources);
    }

    /**
     * The summaries that belong to a prompt: those that no summary of a higher level covers, and of masters the last
     * one. They do not overlap. Oldest first, so that the master is the first.
     */
    public static List<Summary> active(List<Summary> summaries) {
        List<Summary> highest = summaries.stream()
                .sorted(Comparator.comparing(
                        Summary::span,
                        Comparator.comparingInt(Span::level)
                                .thenComparingLong(Span::last)
                                .reversed()))
                .toList();
        List<Summary> active = new ArrayList<>();
        for (Summary summary : highest) {
            if (active.stream().noneMatch(taken -> taken.span().overlaps(summary.span()))) {
                active.add(summary);
            }
        }
        active.sort(Comparator.comparing(Summary::span, OLDEST_FIRST));
        return active;
    }

    /** The messages that no span covers, in order. */
    static List<LogMessage> uncovered(List<LogMessage> log, List<Span> spans) {
        Iterator<Span> further = spans.stream().sorted(OLDEST_FIRST).iterator();
        Span next = further.hasNext() ? further.next() : null;
        long covered = Long.MIN_VALUE;
        List<LogMessage> uncovered = new ArrayList<>();
        for (LogMessage message : log) {
            while (next != null && next.first() <= message.number()) {
                covered = Math.max(covered, next.last());
                next = further.hasNext() ? further.next() : null;
            }
            if (message.number() > covered) {
                uncovered.add(message);
            }
        }
        return uncovered;
    }
}
