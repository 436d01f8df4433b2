package io.inference.engine.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds tokens that are written out in a text, leftmost first and the longest of those that start at one place. */
final class SpecialTokens {
    /** One such token. */
    record Special(String text, int id, boolean control) {}

    private final Map<Character, List<Special>> byFirstChar = new HashMap<>();

    SpecialTokens(List<Special> tokens) {
        tokens.stream()
                .filter(token -> !token.text().isEmpty())
                .sorted(Comparator.comparingInt((Special token) -> token.text().length()).reversed())
                .forEach(token -> byFirstChar
                        .computeIfAbsent(token.text().charAt(0), first -> new ArrayList<>())
                        .add(token));
    }

    /** The token written at {@code at}, or null; {@code controlToo}: whether control tokens count. */
    @Nullable Special at(String text, int at, boolean controlToo) {
        List<Special> candidates = byFirstChar.get(text.charAt(at));
        if (candidates == null) {
            return null;
        }
        for (Special candidate : candidates) {
            if ((controlToo || !candidate.control()) && text.startsWith(candidate.text(), at)) {
                return candidate;
            }
        }
        return null;
    }
}
