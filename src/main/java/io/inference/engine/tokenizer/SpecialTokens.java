package io.inference.engine.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds tokens that are written out in a text, leftmost first and the longest of those that start at one place. */
final class SpecialTokens {
    /** One such token. */
    record Special(String text, int id, boolean control) {}

    private final List<Special> tokens;
    private final Trie trie = new Trie(false);

    SpecialTokens(List<Special> tokens) {
        this.tokens = List.copyOf(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            if (!tokens.get(i).text().isEmpty()) {
                trie.put(tokens.get(i).text(), i);
            }
        }
    }

    /** The token written at {@code at}, or null; {@code controlToo}: whether control tokens count. */
    @Nullable
    Special at(String text, int at, boolean controlToo) {
        int found =
                trie.find(text, at, index -> controlToo || !tokens.get(index).control());
        return found < 0 ? null : tokens.get(found);
    }
}
