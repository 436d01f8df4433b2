package io.inference.conversation.memory;

import io.inference.conversation.memory.literal.SummaryCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values that a model found in messages, one a line: {@code number of the message | what it is | value}. A model may
 * invent anything, so a value is kept only if its message has it, as it is written there, and a name only if it has no
 * number that the message lacks.
 */
public final class StatedFacts {
    /** Kind of these facts in a ledger. */
    static final String KIND = "fact";

    private static final int PARTS = 3;
    private static final int MOST_OF_MESSAGE = 10;
    private static final int LONGEST_LABEL = 60;
    private static final int LONGEST_VALUE = 200;
    private static final String QUOTES = "^[\"'`“”*]+|[\"'`“”*]+$";

    private StatedFacts() {}

    /**
     * The facts that an answer lists and that the ledger of the messages does not have.
     *
     * @param answer of the model
     * @param messages that it was asked about
     */
    public static List<LedgerFact> of(String answer, List<LogMessage> messages) {
        Map<Long, LogMessage> byNumber =
                messages.stream().collect(Collectors.toMap(LogMessage::number, Function.identity()));
        Ledger found = Ledger.of(messages);
        List<LedgerFact> facts = new ArrayList<>();
        for (String line : answer.split("\\R")) {
            String[] parts = line.strip().split("\\|", PARTS);
            LogMessage message = parts.length == PARTS ? byNumber.get(number(parts[0])) : null;
            if (message != null) {
                LedgerFact fact = fact(message, parts[1].strip(), parts[2].strip());
                if (fact != null && !isKnown(fact, found.facts()) && !isKnown(fact, facts) && hasRoom(fact, facts)) {
                    facts.add(fact);
                }
            }
        }
        return facts;
    }

    /** The number of a message; -1 if it is none. Models add brackets, dashes and words. */
    private static long number(String text) {
        String digits = text.replaceAll("\\D", "");
        return digits.isEmpty() || digits.length() > 18 ? -1 : Long.parseLong(digits);
    }

    private static @Nullable LedgerFact fact(LogMessage message, String what, String asWritten) {
        String label = what.replaceAll(QUOTES, "").toLowerCase(Locale.ROOT);
        String value = asWritten.replaceAll("\\s*\\|$", "").replaceAll(QUOTES, "");
        int start = message.text().toLowerCase(Locale.ROOT).indexOf(value.toLowerCase(Locale.ROOT));
        boolean isStated = !value.isBlank()
                && value.length() <= LONGEST_VALUE
                && start >= 0
                && start + value.length() <= message.text().length();
        if (!isStated
                || label.isBlank()
                || label.length() > LONGEST_LABEL
                || !SummaryCheck.unsupported(label, List.of(message.text())).isEmpty()) {
            return null;
        }
        String written = message.text().substring(start, start + value.length());
        return new LedgerFact(KIND, label, written, message.number(), message.at(), null);
    }

    private static boolean isKnown(LedgerFact fact, List<LedgerFact> facts) {
        String value = fact.value().toLowerCase(Locale.ROOT);
        return facts.stream()
                .anyMatch(known -> known.message() == fact.message()
                        && known.value().toLowerCase(Locale.ROOT).contains(value));
    }

    private static boolean hasRoom(LedgerFact fact, List<LedgerFact> facts) {
        return facts.stream().filter(each -> each.message() == fact.message()).count() < MOST_OF_MESSAGE;
    }
}
