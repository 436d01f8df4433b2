package io.inference.engine.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** Words by their characters, to find in one pass those that begin at a position in a text. */
final class Trie {
    private static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private int value = -1;
    }

    private final Node root = new Node();

    /** Adds a word with a value from 0; the first value of a word stays. */
    void put(String word, int value) {
        Node node = root;
        for (int i = 0; i < word.length(); i++) {
            node = node.children.computeIfAbsent(word.charAt(i), c -> new Node());
        }
        node.value = node.value < 0 ? value : node.value;
    }

    /** The value of the longest word with an accepted value that begins at {@code at}, or -1. */
    int find(String text, int at, IntPredicate accepted) {
        int found = -1;
        Node node = root;
        for (int i = at; i < text.length(); i++) {
            node = node.children.get(text.charAt(i));
            if (node == null) {
                break;
            }
            if (node.value >= 0 && accepted.test(node.value)) {
                found = node.value;
            }
        }
        return found;
    }
}
