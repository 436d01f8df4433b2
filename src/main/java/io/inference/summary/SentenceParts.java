package io.inference.summary;

import io.inference.api.message.TextTokens;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts texts into parts at ends of sentences and lines. */
final class SentenceParts {
    private SentenceParts() {}

    /**
     * Cuts a text into parts of about the same length. Joined, they are the text. A sentence that is longer than a part
     * is cut between words, a word that is longer anywhere.
     *
     * @param mostTokens maximum of a part, by {@link TextTokens}
     * @return at least one part
     */
    static List<String> cut(String text, int mostTokens) {
        if (mostTokens < 1) {
            throw new IllegalArgumentException(mostTokens + " tokens");
        }
        int total = TextTokens.estimate(text);
        if (total <= mostTokens) {
            return List.of(text);
        }
        int count = Math.ceilDiv(total, mostTokens);
        int enough = Math.ceilDiv(total, count);
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int tokens = 0;
        for (String piece : pieces(text, mostTokens)) {
            int more = TextTokens.estimate(piece);
            if (!part.isEmpty() && (tokens >= enough || tokens + more > mostTokens)) {
                parts.add(part.toString());
                part.setLength(0);
                tokens = 0;
            }
            part.append(piece);
            tokens += more;
        }
        parts.add(part.toString());
        return parts;
    }

    /** Sentences and ends of lines, none longer than a part. */
    private static List<String> pieces(String text, int mostTokens) {
        List<String> pieces = new ArrayList<>();
        BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
        int start = 0;
        while (start < text.length()) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline + 1;
            String line = text.substring(start, end);
            sentences.setText(line);
            int from = sentences.first();
            for (int to = sentences.next(); to != BreakIterator.DONE; to = sentences.next()) {
                addPieces(line.substring(from, to), mostTokens, pieces);
                from = to;
            }
            start = end;
        }
        return pieces;
    }

    private static void addPieces(String sentence, int mostTokens, List<String> pieces) {
        int start = 0;
        while (start < sentence.length()) {
            int end = TextTokens.end(sentence, start, mostTokens);
            if (end < sentence.length()) {
                int space = sentence.lastIndexOf(' ', end - 1);
                end = space > start ? space + 1 : end;
            }
            pieces.add(sentence.substring(start, end));
            start = end;
        }
    }
}
