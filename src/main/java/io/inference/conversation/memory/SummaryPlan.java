package io.inference.conversation.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 *
 * <p>After a deletion, summaries are missing between others. Messages before an existing summary are due at once,
 * however few they are, and nothing after them is consolidated until they are covered. Summaries before one of a higher
 * level stay as many as they are, so they are consolidated even if they are fewer.
 */
public final class SummaryPlan {
    private static final Comparator<Span> OLDEST_FIRST = Comparator.comparingLong(Span::first);
    private static final Comparator<Span> HIGHEST_FIRST =
            Comparator.comparingInt(Span::level).thenComparingLong(Span::last).reversed();

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
        List<Piece> pieces = pieces(log, existing);
        List<DueSummary> due = new ArrayList<>(ofMessages(pieces, rules, contextTokens));
        due.addAll(consolidations(pieces, rules));
        return due;
    }

    private static List<DueSummary> ofMessages(List<Piece> pieces, MemoryRules rules, int contextTokens) {
        List<DueSummary> due = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            if (pieces.get(i).span() == null) {
                due.addAll(ofRun(pieces.get(i).messages(), i == pieces.size() - 1, rules, contextTokens));
            }
        }
        return due;
    }

    /** @param newest whether the messages are the newest ones; otherwise a summary follows them */
    private static List<DueSummary> ofRun(
            List<LogMessage> uncovered, boolean newest, MemoryRules rules, int contextTokens) {
        ToolGroups groups = new ToolGroups(uncovered);
        int available = newest ? uncovered.size() - rules.keepRecentMessages() : uncovered.size();
        int mostTokens = rules.tokensBeforeSummary(contextTokens);
        List<DueSummary> due = new ArrayList<>();
        int start = 0;
        while (start < available) {
            int end = groups.cut(start, end(uncovered, start, rules.messagesBeforeSummary(), mostTokens));
            if (!newest) {
                end = Math.min(end, available);
            }
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

    private static List<DueSummary> consolidations(List<Piece> pieces, MemoryRules rules) {
        List<DueSummary> due = new ArrayList<>();
        List<Span> run = new ArrayList<>();
        Span master = null;
        for (Piece piece : pieces) {
            Span span = piece.span();
            if (!run.isEmpty()
                    && (span == null || span.level() != run.getFirst().level())) {
                boolean isComplete =
                        span != null && span.level() > run.getFirst().level();
                due.addAll(ofSummaries(run, master, isComplete, rules));
                run.clear();
                if (isComplete) {
                    return due;
                }
            }
            if (span == null) {
                return due;
            }
            if (span.level() >= rules.masterLevel()) {
                master = span;
            } else {
                run.add(span);
            }
        }
        if (!run.isEmpty()) {
            due.addAll(ofSummaries(run, master, false, rules));
        }
        return due;
    }

    /**
     * @param run summaries of one level that follow each other
     * @param isComplete whether no further one can follow them
     */
    private static List<DueSummary> ofSummaries(
            List<Span> run, @Nullable Span master, boolean isComplete, MemoryRules rules) {
        int level = run.getFirst().level();
        int each = rules.summariesBeforeConsolidation();
        List<DueSummary> due = new ArrayList<>();
        for (int i = 0; i + (isComplete ? 1 : each) <= run.size(); i += each) {
            List<Span> sources = new ArrayList<>(run.subList(i, Math.min(run.size(), i + each)));
            if (level >= rules.maxLevels()) {
                if (master != null) {
                    sources.addFirst(master);
                }
                // Only one at a time: the next one extends the master that this one makes.
                return List.of(consolidated(rules.masterLevel(), sources));
            }
            due.add(consolidated(level + 1, sources));
        }
        return due;
    }

    private static DueSummary consolidated(int level, List<Span> sources) {
        return new DueSummary(
                new Span(level, sources.getFirst().first(), sources.getLast().last()), sources);
    }

    /**
     * A part of a conversation, in its order.
     *
     * @param span of a summary; null for messages that none covers
     */
    private record Piece(@Nullable Span span, List<LogMessage> messages) {}

    /** The summaries that belong to a prompt, and the messages between them. */
    private static List<Piece> pieces(List<LogMessage> log, List<Span> existing) {
        List<Span> spans = activeSpans(existing);
        List<LogMessage> uncovered = uncovered(log, spans);
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        for (Span span : spans) {
            int end = at;
            while (end < uncovered.size() && uncovered.get(end).number() < span.first()) {
                end++;
            }
            if (end > at) {
                pieces.add(new Piece(null, uncovered.subList(at, end)));
                at = end;
            }
            pieces.add(new Piece(span, List.of()));
        }
        if (at < uncovered.size()) {
            pieces.add(new Piece(null, uncovered.subList(at, uncovered.size())));
        }
        return pieces;
    }

    /**
     * The summaries that belong to a prompt: those that no summary of a higher level covers, and of masters the last
     * one. They do not overlap. Oldest first, so that the master is the first.
     */
    public static List<Summary> active(List<Summary> summaries) {
        List<Span> spans = activeSpans(summaries.stream().map(Summary::span).toList());
        return spans.stream()
                .map(span -> summaries.stream()
                        .filter(summary -> summary.span().equals(span))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    private static List<Span> activeSpans(List<Span> spans) {
        List<Span> highest = spans.stream().sorted(HIGHEST_FIRST).toList();
        List<Span> active = new ArrayList<>();
        for (Span span : highest) {
            if (active.stream().noneMatch(taken -> taken.overlaps(span))) {
                active.add(span);
            }
        }
        active.sort(OLDEST_FIRST);
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
