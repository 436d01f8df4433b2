package io.inference.conversation.memory;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The literal values of a conversation: numbers with units, dates, times, paths, addresses, ids, amounts of money and
 * names, each with the message that it comes from. Summaries lose these first, so they travel with the prompt beside
 * the summaries. Found by their form alone, so that the same messages give the same ledger.
 *
 * <p>A later message corrects a value if it gives another one of the same kind and label ("the budget is …"), or takes
 * the value back ("not 14:00", "from 14:00 to 15:00"). The old value stays in the ledger, with the number of the
 * message that superseded it.
 *
 * @param facts in the order of the messages
 */
public record Ledger(List<LedgerFact> facts) {
    /** A ledger of nothing. */
    public static final Ledger EMPTY = new Ledger(List.of());

    private static final String HEADING = "Values from earlier messages (message number, date):";

    /** Tokens below which no line fits. */
    private static final int LEAST_LINE = 4;

    public Ledger {
        facts = List.copyOf(facts);
    }

    /** The ledger of messages, given in the order of their numbers. */
    public static Ledger of(List<LogMessage> messages) {
        return EMPTY.plus(messages);
    }

    /** This ledger with the values of further messages, which are later than all before. */
    public Ledger plus(List<LogMessage> messages) {
        LedgerBuilder builder = new LedgerBuilder(facts);
        messages.forEach(builder::add);
        return builder.build();
    }

    /** This ledger with that of further messages, which are later than all before. */
    public Ledger plus(Ledger later) {
        if (facts.isEmpty() || later.facts.isEmpty()) {
            return facts.isEmpty() ? later : this;
        }
        LedgerBuilder builder = new LedgerBuilder(facts);
        Map<Long, List<LedgerFact>> byMessage = later.facts.stream()
                .collect(Collectors.groupingBy(LedgerFact::message, TreeMap::new, Collectors.toList()));
        byMessage.values().forEach(builder::addFacts);
        return builder.build();
    }

    /** This ledger with facts that were found in the messages in another way. */
    public Ledger with(List<LedgerFact> found) {
        if (found.isEmpty()) {
            return this;
        }
        LedgerBuilder builder = new LedgerBuilder(facts);
        found.stream()
                .collect(Collectors.groupingBy(LedgerFact::message, TreeMap::new, Collectors.toList()))
                .values()
                .forEach(builder::addFacts);
        return new Ledger(builder.build().facts().stream()
                .sorted(Comparator.comparingLong(LedgerFact::message))
                .toList());
    }

    /** The most important values, at most so many, and those that they corrected. */
    public Ledger limited(int most) {
        if (facts.size() <= most) {
            return this;
        }
        Set<Long> corrections = corrections().keySet();
        Set<LedgerFact> kept =
                byImportance(corrections).stream().limit(most).collect(Collectors.toCollection(HashSet::new));
        Set<Long> messages = kept.stream().map(LedgerFact::message).collect(Collectors.toSet());
        return new Ledger(facts.stream()
                .filter(fact ->
                        kept.contains(fact) || fact.supersededBy() != null && messages.contains(fact.supersededBy()))
                .limit(2L * most)
                .toList());
    }

    /** The values that messages have corrected, by the number of the message. */
    private Map<Long, List<LedgerFact>> corrections() {
        return facts.stream()
                .filter(fact -> !fact.holds())
                .collect(Collectors.groupingBy(fact -> Objects.requireNonNull(fact.supersededBy())));
    }

    /**
     * The ledger as a text for the prompt, in the order of the messages; empty if it has no values or there is no room.
     * If not all values fit, corrected ones and those with a label come first, then the oldest and the newest in turn.
     *
     * @param mostTokens maximum of the text
     */
    public String render(int mostTokens, TokenCounter counter) {
        Map<Long, List<LedgerFact>> replaced = corrections();
        List<LedgerFact> chosen = new ArrayList<>();
        int left = mostTokens - counter.count(HEADING);
        for (LedgerFact fact : byImportance(replaced.keySet())) {
            if (left < LEAST_LINE) {
                break;
            }
            int tokens = counter.count("\n" + line(fact, replaced));
            if (tokens <= left) {
                left -= tokens;
                chosen.add(fact);
            }
        }
        String text = text(chosen, replaced);
        while (!chosen.isEmpty() && counter.count(text) > mostTokens) {
            chosen.removeLast();
            text = text(chosen, replaced);
        }
        return text;
    }

    private String text(List<LedgerFact> chosen, Map<Long, List<LedgerFact>> replaced) {
        if (chosen.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(HEADING);
        Set<LedgerFact> lines = new HashSet<>(chosen);
        facts.stream().filter(lines::contains).forEach(fact -> text.append('\n').append(line(fact, replaced)));
        return text.toString();
    }

    private static String line(LedgerFact fact, Map<Long, List<LedgerFact>> replaced) {
        StringBuilder line = new StringBuilder("- ");
        if (!fact.label().isEmpty()) {
            line.append(fact.label()).append(": ");
        }
        line.append(fact.value()).append(" (").append(fact.message()).append(", ");
        line.append(fact.at().atOffset(ZoneOffset.UTC).toLocalDate());
        for (LedgerFact before : replaced.getOrDefault(fact.message(), List.of())) {
            boolean same = before.label().equals(fact.label()) || fact.label().isEmpty();
            if (same && before.kind().equals(fact.kind())) {
                line.append("; before: ").append(before.value()).append(", ").append(before.message());
            }
        }
        return line.append(')').toString();
    }

    /** @param corrections numbers of the messages that correct a value */
    private List<LedgerFact> byImportance(Set<Long> corrections) {
        List<LedgerFact> current = facts.stream().filter(LedgerFact::holds).toList();
        List<LedgerFact> oldestAndNewest = new ArrayList<>(current.size());
        for (int i = 0, j = current.size() - 1; i <= j; i++, j--) {
            oldestAndNewest.add(current.get(i));
            if (i < j) {
                oldestAndNewest.add(current.get(j));
            }
        }
        return oldestAndNewest.stream()
                .sorted(Comparator.comparingInt(fact -> -importance(fact, corrections)))
                .toList();
    }

    private static int importance(LedgerFact fact, Set<Long> corrections) {
        boolean name = fact.kind().equals("name");
        int importance = (name ? 0 : 2) + (fact.label().isEmpty() ? 0 : 1);
        return corrections.contains(fact.message()) && !name ? importance + 2 : importance;
    }
}
