package io.inference.engine.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds tokens that are written out in a text, leftmost first and the longest of those that start at the same position.
 */
final class SpecialTokens {
    /** One such token. */
    record Special(String text, int id, boolean control) {}

    /** Whether a control token that is written out from {@code from} to {@code to} is accepted as one. */
    @FunctionalInterface
    interface Trust {
        boolean mayBeControl(int from, int to);
    }

    private final List<Special> tokens;
    private final Trie trie = new Trie();

    SpecialTokens(List<Special> tokens) {
        this.tokens = List.copyOf(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            if (!tokens.get(i).text().isEmpty()) {
                trie.put(tokens.get(i).text(), i);
            }
        }
    }

    /** The token written at {@code at}, or null; {@code trust} decides where control tokens are accepted. */
    @Nullable
    Special at(String text, int at, Trust trust) {
        int found = trie.find(text, at, index -> isAccepted(tokens.get(index), at, trust));
        return found < 0 ? null : tokens.get(found);
    }

    private static boolean isAccepted(Special token, int at, Trust trust) {
        return !token.control() || trust.mayBeControl(at, at + token.text().length());
    }
}
