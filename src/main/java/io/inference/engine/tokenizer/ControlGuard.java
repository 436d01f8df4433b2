package io.inference.engine.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Breaks up control tokens in what callers say, by a marker that {@link PromptEncoder} takes out again once the
 * template's own control tokens have been found. A token is broken up where a text contains it, in any case (a template
 * may lower the case), and where a text could complete one that the template, or another text, begins: a text that ends
 * like the beginning of a token, begins like the end of one, or is the middle of one.
 */
final class ControlGuard {
    /** A noncharacter: Unicode gives it no meaning in text that is exchanged. */
    static final char MARKER = '\uFDD0';

    private static final Set<String> PROSE = Set.of("content", "text", "reasoning_content", "thinking");
    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "assistant", "tool", "function", "ipython");

    private final List<String> spellings;
    private final Trie tokens = new Trie(true);
    private final Trie backwards = new Trie(true);

    ControlGuard(List<String> spellings) {
        this.spellings =
                spellings.stream().map(it -> it.toLowerCase(Locale.ROOT)).toList();
        for (int i = 0; i < spellings.size(); i++) {
            tokens.put(spellings.get(i), i);
            backwards.put(new StringBuilder(spellings.get(i)).reverse().toString(), i);
        }
    }

    static String withoutMarkers(String text) {
        return text.indexOf(MARKER) < 0 ? text : text.replace(String.valueOf(MARKER), "");
    }

    /** The same JSON-like value with every text in it guarded, keys included; well-known roles stay as they are. */
    @Nullable
    Object guarded(@Nullable Object value) {
        return guarded(value, "");
    }

    private @Nullable Object guarded(@Nullable Object value, String key) {
        return switch (value) {
            case String text ->
                key.equals("role") && ROLES.contains(text)
                        ? text
                        : guarded(text, PROSE.contains(key) || key.equals("role"));
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                list.forEach(element -> copy.add(guarded(element, key)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((name, element) ->
                        copy.put(guarded(String.valueOf(name), false), guarded(element, String.valueOf(name))));
                yield copy;
            }
            case null, default -> value;
        };
    }

    String guarded(String text, boolean middleToo) {
        String clean = withoutMarkers(text);
        BitSet cuts = new BitSet();
        for (int i = 0; i < clean.length(); i++) {
            if (tokens.find(clean, i, it -> true) >= 0) {
                cuts.set(afterCharacter(clean, i));
            }
        }
        for (int i = Math.max(0, clean.length() - tokens.longest() + 1); i < clean.length(); i++) {
            if (tokens.isBeginning(clean, i)) {
                cuts.set(afterCharacter(clean, i));
            }
        }
        String head = clean.substring(0, Math.min(clean.length(), Math.max(0, tokens.longest() - 1)));
        String reversed = new StringBuilder(head).reverse().toString();
        for (int end = 1; end <= head.length(); end++) {
            if (backwards.isBeginning(reversed, head.length() - end)) {
                cuts.set(clean.offsetByCodePoints(end, -1));
            }
        }
        if (middleToo && isMiddle(clean)) {
            cuts.set(0);
        }
        return cuts.isEmpty() ? clean : cut(clean, cuts);
    }

    private boolean isMiddle(String text) {
        if (text.isEmpty() || text.length() > tokens.longest()) {
            return false;
        }
        String folded = text.toLowerCase(Locale.ROOT);
        return spellings.stream().anyMatch(it -> it.contains(folded));
    }

    private static int afterCharacter(String text, int at) {
        return at + Character.charCount(text.codePointAt(at));
    }

    private static String cut(String text, BitSet cuts) {
        StringBuilder out = new StringBuilder(text.length() + cuts.cardinality());
        int from = 0;
        for (int at = cuts.nextSetBit(0); at >= 0; at = cuts.nextSetBit(at + 1)) {
            out.append(text, from, at).append(MARKER);
            from = at;
        }
        return out.append(text, from, text.length()).toString();
    }
}
