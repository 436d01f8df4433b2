package io.inference.engine.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Words by their characters, to find those that begin at a place in a text in one walk. */
final class Trie {
    private static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private int value = -1;
    }

    private final Node root = new Node();
    private final boolean ignoreCase;
    private int longest;

    Trie(boolean ignoreCase) {
        this.ignoreCase = ignoreCase;
    }

    /** Adds a word with a value from 0; the first value of a word stays. */
    void put(String word, int value) {
        Node node = root;
        for (int i = 0; i < word.length(); i++) {
            node = node.children.computeIfAbsent(fold(word.charAt(i)), c -> new Node());
        }
        node.value = node.value < 0 ? value : node.value;
        longest = Math.max(longest, word.length());
    }

    /** The length of the longest word. */
    int longest() {
        return longest;
    }

    /** The value of the longest word with an accepted value that begins at {@code at}, or -1. */
    int find(String text, int at, IntPredicate accepted) {
        int found = -1;
        Node node = root;
        for (int i = at; i < text.length(); i++) {
            node = child(node, text.charAt(i));
            if (node == null) {
                break;
            }
            if (node.value >= 0 && accepted.test(node.value)) {
                found = node.value;
            }
        }
        return found;
    }

    /** Whether {@code text} from {@code at} to its end is the beginning of a longer word. */
    boolean isBeginning(String text, int at) {
        Node node = root;
        for (int i = at; i < text.length() && node != null; i++) {
            node = child(node, text.charAt(i));
        }
        return node != null && !node.children.isEmpty();
    }

    private @Nullable Node child(Node node, char c) {
        return node.children.get(fold(c));
    }

    private char fold(char c) {
        return ignoreCase ? Character.toLowerCase(c) : c;
    }
}
