package io.inference.conversation.memory;

import io.inference.conversation.memory.literal.Literal;
import io.inference.conversation.memory.literal.LiteralFinder;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A summary that consists of sentences of its sources, without a model: the last resort if the model's summaries are
 * refused or missing. The sentences with the most literal values are taken, in their order.
 */
public final class ExtractiveSummary {
    private static final String MARK = "- ";
    private static final int LITERAL = 2;

    /** Tokens below which no line fits. */
    private static final int LEAST_LINE = 4;

    private ExtractiveSummary() {}

    private record Sentence(int place, String text, int score) {}

    /**
     * @param texts the sources in order, such as {@code user: …}
     * @param mostTokens maximum of the summary
     * @return one line for each sentence; empty if no sentence fits
     */
    public static String of(List<String> texts, int mostTokens, TokenCounter counter) {
        List<Sentence> taken = new ArrayList<>();
        int left = mostTokens - counter.count("");
        List<Sentence> best = sentences(texts).stream()
                .sorted(Comparator.comparingInt((Sentence sentence) -> -sentence.score())
                        .thenComparingInt(Sentence::place))
                .toList();
        for (Sentence sentence : best) {
            if (left < LEAST_LINE) {
                break;
            }
            int tokens = counter.count(MARK + sentence.text() + "\n");
            if (tokens <= left) {
                left -= tokens;
                taken.add(sentence);
            }
        }
        String text = lines(taken);
        while (!taken.isEmpty() && counter.count(text) > mostTokens) {
            taken.removeLast();
            text = lines(taken);
        }
        return text;
    }

    private static String lines(List<Sentence> taken) {
        StringBuilder lines = new StringBuilder();
        taken.stream()
                .sorted(Comparator.comparingInt(Sentence::place))
                .forEach(sentence ->
                        lines.append(lines.isEmpty() ? "" : "\n").append(MARK).append(sentence.text()));
        return lines.toString();
    }

    private static List<Sentence> sentences(List<String> texts) {
        List<Sentence> sentences = new ArrayList<>();
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        for (String text : texts) {
            boolean first = true;
            for (String line : text.split("\n")) {
                breaks.setText(line);
                int from = breaks.first();
                for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
                    String sentence = line.substring(from, to).strip();
                    from = to;
                    if (!sentence.isEmpty()) {
                        sentences.add(new Sentence(sentences.size(), sentence, score(sentence) + (first ? 1 : 0)));
                        first = false;
                    }
                }
            }
        }
        return sentences;
    }

    private static int score(String sentence) {
        int score = 0;
        for (Literal literal : LiteralFinder.find(sentence)) {
            score += literal.kind() == Literal.Kind.NAME ? 1 : LITERAL;
        }
        return score;
    }
}
