package io.inference.conversation.memory;

import io.inference.conversation.memory.literal.Literal;
import io.inference.conversation.memory.literal.Literal.Kind;
import io.inference.conversation.memory.literal.LiteralFinder;
import io.inference.conversation.memory.literal.LiteralLabel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Adds messages to a ledger, each in time that does not depend on the length of the ledger. */
final class LedgerBuilder {
    /** A number without a label is kept if it has that many digits. */
    private static final int DIGITS_WITHOUT_LABEL = 2;

    private final List<LedgerFact> facts;

    /** Indexes of the facts that hold, by kind and label and by kind and value. */
    private final Map<Key, Set<Integer>> byLabel = new HashMap<>();

    private final Map<Key, Set<Integer>> byValue = new HashMap<>();

    private record Key(String kind, String text) {
        static Key label(LedgerFact fact) {
            return new Key(fact.kind(), fact.label());
        }

        static Key value(LedgerFact fact) {
            return new Key(fact.kind(), fact.value().toLowerCase(Locale.ROOT));
        }
    }

    LedgerBuilder(List<LedgerFact> facts) {
        this.facts = new ArrayList<>(facts);
        for (int i = 0; i < facts.size(); i++) {
            if (facts.get(i).holds()) {
                index(i);
            }
        }
    }

    Ledger build() {
        return new Ledger(facts);
    }

    void add(LogMessage message) {
        List<Literal> takenBack = new ArrayList<>();
        List<Literal> stated = new ArrayList<>();
        for (Literal literal : LiteralFinder.find(message.text())) {
            (LiteralLabel.isTakenBack(message.text(), literal) ? takenBack : stated).add(literal);
        }
        for (Literal literal : takenBack) {
            boolean replaced = stated.stream().anyMatch(other -> other.kind() == literal.kind());
            LedgerFact taken = fact(literal, "", message);
            if (!takeBack(taken, replaced)) {
                if (replaced) {
                    // The value may be that of an earlier message, whose ledger this one is added to later.
                    facts.add(taken.superseded(message.number()));
                } else {
                    stated.add(literal);
                }
            }
        }
        stated.sort(Comparator.comparingInt(Literal::start));
        List<LedgerFact> added = new ArrayList<>();
        Set<Key> values = new HashSet<>();
        for (Literal literal : stated) {
            String label = LiteralLabel.of(message.text(), literal);
            LedgerFact fact = fact(literal, label, message);
            if (isWorthKeeping(literal, label)) {
                values.add(Key.value(fact));
                if (!isKnown(fact, added)) {
                    added.add(fact);
                }
            }
        }
        addAll(added, values);
    }

    /** All at once: several values of one message with one label are a list, and do not correct each other. */
    private void addAll(List<LedgerFact> added, Set<Key> values) {
        for (LedgerFact fact : added) {
            if (!fact.label().isEmpty()) {
                correct(fact, values);
            }
        }
        for (LedgerFact fact : added) {
            facts.add(fact);
            if (fact.holds()) {
                index(facts.size() - 1);
            }
        }
    }

    /** Adds the facts of one later message, as its ledger has them. */
    void addFacts(List<LedgerFact> later) {
        List<LedgerFact> added = new ArrayList<>();
        Set<Key> values = new HashSet<>();
        for (LedgerFact fact : later) {
            if (isTakenBack(fact)) {
                if (!takeBack(fact, true)) {
                    facts.add(fact);
                }
                continue;
            }
            values.add(Key.value(fact));
            if (!isKnown(fact, added)) {
                added.add(fact);
            } else if (fact.supersededBy() != null) {
                long by = fact.supersededBy();
                byValue.getOrDefault(Key.value(fact), Set.of()).stream()
                        .toList()
                        .forEach(i -> supersede(i, by));
            }
        }
        addAll(added, values);
    }

    /** Whether a message takes this value back without an earlier message in its ledger that has it. */
    private static boolean isTakenBack(LedgerFact fact) {
        return fact.supersededBy() != null && fact.supersededBy() == fact.message();
    }

    /** Whether a value that a message takes back is in the ledger; superseded if the message has another one. */
    private boolean takeBack(LedgerFact taken, boolean replaced) {
        List<Integer> known = List.copyOf(byValue.getOrDefault(Key.value(taken), Set.of()));
        if (replaced) {
            known.forEach(i -> supersede(i, taken.message()));
        }
        return !known.isEmpty();
    }

    private boolean isKnown(LedgerFact fact, List<LedgerFact> added) {
        return added.stream().anyMatch(other -> Key.value(other).equals(Key.value(fact)))
                || byValue.getOrDefault(Key.value(fact), Set.of()).stream()
                        .map(facts::get)
                        .anyMatch(
                                known -> fact.label().isEmpty() || known.label().equals(fact.label()));
    }

    /** Supersedes the earlier values of a label, except those that the message repeats. */
    private void correct(LedgerFact fact, Set<Key> repeated) {
        for (int i : List.copyOf(byLabel.getOrDefault(Key.label(fact), Set.of()))) {
            if (!repeated.contains(Key.value(facts.get(i)))) {
                supersede(i, fact.message());
            }
        }
    }

    private void index(int i) {
        LedgerFact fact = facts.get(i);
        byLabel.computeIfAbsent(Key.label(fact), key -> new HashSet<>()).add(i);
        byValue.computeIfAbsent(Key.value(fact), key -> new HashSet<>()).add(i);
    }

    private void supersede(int i, long by) {
        LedgerFact fact = facts.get(i);
        byLabel.getOrDefault(Key.label(fact), new HashSet<>()).remove(i);
        byValue.getOrDefault(Key.value(fact), new HashSet<>()).remove(i);
        facts.set(i, fact.superseded(by));
    }

    private static LedgerFact fact(Literal literal, String label, LogMessage message) {
        String kind = literal.kind().name().toLowerCase(Locale.ROOT);
        return new LedgerFact(kind, label, literal.text(), message.number(), message.at(), null);
    }

    private static boolean isWorthKeeping(Literal literal, String label) {
        return literal.kind() != Kind.NUMBER
                || !label.isEmpty()
                || literal.text().chars().filter(Character::isDigit).count() >= DIGITS_WITHOUT_LABEL;
    }
}
