package io.inference.conversation.memory;

import io.inference.conversation.memory.literal.Literal;
import io.inference.conversation.memory.literal.Literal.Kind;
import io.inference.conversation.memory.literal.LiteralFinder;
import io.inference.conversation.memory.literal.LiteralLabel;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

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
    private static final int NUMBER_WITHOUT_LABEL = 2;

    public Ledger {
        facts = List.copyOf(facts);
    }

    /** The ledger of messages, given in the order of their numbers. */
    public static Ledger of(List<LogMessage> messages) {
        return EMPTY.plus(messages);
    }

    /** This ledger with the values of further messages, which are later than all before. */
    public Ledger plus(List<LogMessage> messages) {
        List<LedgerFact> all = new ArrayList<>(facts);
        messages.forEach(message -> add(message, all));
        return new Ledger(all);
    }

    private static void add(LogMessage message, List<LedgerFact> facts) {
        int earlier = facts.size();
        List<Literal> takenBack = new ArrayList<>();
        List<Literal> stated = new ArrayList<>();
        for (Literal literal : LiteralFinder.find(message.text())) {
            (LiteralLabel.isTakenBack(message.text(), literal) ? takenBack : stated).add(literal);
        }
        for (Literal literal : takenBack) {
            boolean replaced = stated.stream().anyMatch(other -> other.kind() == literal.kind());
            boolean known = takeBack(literal, message, facts.subList(0, earlier), replaced);
            if (!known) {
                stated.add(literal);
            }
        }
        stated.sort(Comparator.comparingInt(Literal::start));
        Set<String> labels = new HashSet<>();
        for (Literal literal : stated) {
            String label = LiteralLabel.of(message.text(), literal);
            if (isWorthKeeping(literal, label)) {
                state(literal, label, message, facts, earlier, labels);
            }
        }
    }

    /** Whether a value that a message takes back is in the ledger; superseded if the message has another one. */
    private static boolean takeBack(Literal literal, LogMessage message, List<LedgerFact> before, boolean replaced) {
        boolean known = false;
        for (int i = 0; i < before.size(); i++) {
            LedgerFact fact = before.get(i);
            if (fact.holds()
                    && fact.kind().equals(kind(literal))
                    && fact.value().equalsIgnoreCase(literal.text())) {
                known = true;
                if (replaced) {
                    before.set(i, fact.superseded(message.number()));
                }
            }
        }
        return known;
    }

    private static void state(
            Literal literal,
            String label,
            LogMessage message,
            List<LedgerFact> facts,
            int earlier,
            Set<String> labels) {
        boolean known = facts.stream()
                .anyMatch(fact -> fact.holds()
                        && fact.kind().equals(kind(literal))
                        && fact.value().equalsIgnoreCase(literal.text())
                        && (label.isEmpty() || fact.label().equals(label) || fact.message() == message.number()));
        if (known) {
            return;
        }
        // Several values of one message with one label are a list; they do not correct each other.
        if (!label.isEmpty() && labels.add(kind(literal) + ":" + label)) {
            for (int i = 0; i < earlier; i++) {
                LedgerFact fact = facts.get(i);
                if (fact.holds() && fact.isOf(kind(literal), label)) {
                    facts.set(i, fact.superseded(message.number()));
                }
            }
        }
        facts.add(new LedgerFact(kind(literal), label, literal.text(), message.number(), message.at(), null));
    }

    private static boolean isWorthKeeping(Literal literal, String label) {
        return literal.kind() != Kind.NUMBER
                || !label.isEmpty()
                || literal.text().chars().filter(Character::isDigit).count() >= NUMBER_WITHOUT_LABEL;
    }

    private static String kind(Literal literal) {
        return literal.kind().name().toLowerCase(Locale.ROOT);
    }

    /**
     * The ledger as a text for the prompt, in the order of the messages; empty if it has no values or there is no room.
     * If not all values fit, corrected ones and those with a label come first, then the oldest and the newest in turn.
     *
     * @param mostTokens maximum of the text
     */
    public String render(int mostTokens, TokenCounter counter) {
        List<LedgerFact> chosen = new ArrayList<>();
        int left = mostTokens - counter.count(HEADING);
        for (LedgerFact fact : byImportance()) {
            int tokens = counter.count("\n" + line(fact));
            if (tokens <= left) {
                left -= tokens;
                chosen.add(fact);
            }
        }
        String text = text(chosen);
        while (!chosen.isEmpty() && counter.count(text) > mostTokens) {
            chosen.removeLast();
            text = text(chosen);
        }
        return text;
    }

    private String text(List<LedgerFact> chosen) {
        if (chosen.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(HEADING);
        Set<LedgerFact> lines = new HashSet<>(chosen);
        facts.stream().filter(lines::contains).forEach(fact -> text.append('\n').append(line(fact)));
        return text.toString();
    }

    private String line(LedgerFact fact) {
        StringBuilder line = new StringBuilder("- ");
        if (!fact.label().isEmpty()) {
            line.append(fact.label()).append(": ");
        }
        line.append(fact.value()).append(" (").append(fact.message()).append(", ");
        line.append(fact.at().atOffset(ZoneOffset.UTC).toLocalDate());
        for (LedgerFact before : replacedBy(fact)) {
            line.append("; before: ").append(before.value()).append(", ").append(before.message());
        }
        return line.append(')').toString();
    }

    /** The values that a value corrects. A message that corrects a value has at least one of its kind. */
    private List<LedgerFact> replacedBy(LedgerFact fact) {
        return facts.stream()
                .filter(before -> Long.valueOf(fact.message()).equals(before.supersededBy())
                        && before.kind().equals(fact.kind())
                        && (before.label().equals(fact.label()) || isOnlyOne(fact)))
                .toList();
    }

    private boolean isOnlyOne(LedgerFact fact) {
        return facts.stream()
                        .filter(other -> other.message() == fact.message()
                                && other.kind().equals(fact.kind()))
                        .count()
                == 1;
    }

    private List<LedgerFact> byImportance() {
        List<LedgerFact> current = facts.stream().filter(LedgerFact::holds).toList();
        List<LedgerFact> oldestAndNewest = new ArrayList<>(current.size());
        for (int i = 0, j = current.size() - 1; i <= j; i++, j--) {
            oldestAndNewest.add(current.get(i));
            if (i < j) {
                oldestAndNewest.add(current.get(j));
            }
        }
        Set<Long> corrections = new HashSet<>();
        facts.forEach(fact -> {
            if (fact.supersededBy() != null) {
                corrections.add(fact.supersededBy());
            }
        });
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
