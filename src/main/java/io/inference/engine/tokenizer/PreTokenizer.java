package io.inference.engine.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Splits text into the pieces inside which BPE may merge. The rules are those that llama.cpp has under the same name
 * (GGUF key {@code tokenizer.ggml.pre}), written as scanners instead of regular expressions: one pass, no backtracking,
 * no recursion, so that a long run of any character takes linear time. Rules of several stages split the pieces of the
 * stage before; text that a stage does not match stays a piece of its own.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is immutable, the stages stay private
enum PreTokenizer {
    GPT2(false, List.of("gpt-2", "phi-2", "mpt", "olmo", "jais"), Scan::gpt2),
    SMOLLM(
            false,
            List.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"),
            Scan::oneNumber,
            Scan::gpt2),
    LLAMA3(true, List.of("llama-bpe", "llama3", "llama-v3", "dbrx", "smaug-bpe"), Scan.modern(3)),
    QWEN2(false, List.of("qwen2", "deepseek-r1-qwen", "stablelm2"), Scan.modern(1)),
    DEFAULT(false, List.of("default"), Scan::punctuation, Scan::gpt2, Scan::numbers, Scan::threeDigits);

    /** One rule: the end of the match that starts at {@code start}, or {@code start} if there is none. */
    @FunctionalInterface
    interface Stage {
        int end(int[] text, int start, int limit);
    }

    /** Receives the pieces in order. */
    @FunctionalInterface
    interface Pieces {
        void piece(int start, int end);
    }

    private final boolean wholePiecesFirst;
    private final List<String> names;
    private final Stage[] stages;

    PreTokenizer(boolean wholePiecesFirst, List<String> names, Stage... stages) {
        this.wholePiecesFirst = wholePiecesFirst;
        this.names = names;
        this.stages = stages;
    }

    static Optional<PreTokenizer> named(String name) {
        return Arrays.stream(values()).filter(it -> it.names.contains(name)).findFirst();
    }

    static List<String> allNames() {
        return Arrays.stream(values()).flatMap(it -> it.names.stream()).sorted().toList();
    }

    /** Whether a piece that equals a token becomes that token, whatever its merges would give. */
    boolean wholePiecesFirst() {
        return wholePiecesFirst;
    }

    /** Splits code points {@code text[start, end)}. */
    void split(int[] text, int start, int end, Pieces pieces) {
        split(0, text, start, end, pieces);
    }

    private void split(int stage, int[] text, int start, int end, Pieces pieces) {
        if (stage == stages.length) {
            pieces.piece(start, end);
            return;
        }
        int unmatched = start;
        int at = start;
        while (at < end) {
            int matched = stages[stage].end(text, at, end);
            if (matched == at) {
                at++;
                continue;
            }
            if (unmatched < at) {
                split(stage + 1, text, unmatched, at, pieces);
            }
            split(stage + 1, text, at, matched, pieces);
            at = matched;
            unmatched = matched;
        }
        if (unmatched < end) {
            split(stage + 1, text, unmatched, end, pieces);
        }
    }

    private static final class Scan {
        private static final int LETTERS = 1 << Character.UPPERCASE_LETTER
                | 1 << Character.LOWERCASE_LETTER
                | 1 << Character.TITLECASE_LETTER
                | 1 << Character.MODIFIER_LETTER
                | 1 << Character.OTHER_LETTER;
        private static final int NUMBERS =
                1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.LETTER_NUMBER | 1 << Character.OTHER_NUMBER;
        private static final int PUNCTUATION = 1 << Character.CONNECTOR_PUNCTUATION
                | 1 << Character.DASH_PUNCTUATION
                | 1 << Character.START_PUNCTUATION
                | 1 << Character.END_PUNCTUATION
                | 1 << Character.INITIAL_QUOTE_PUNCTUATION
                | 1 << Character.FINAL_QUOTE_PUNCTUATION
                | 1 << Character.OTHER_PUNCTUATION;

        private interface Kind {
            boolean is(int codePoint);
        }

        /** {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. */
        static int gpt2(int[] text, int start, int limit) {
            int contraction = contraction(text, start, limit, false);
            if (contraction > start) {
                return contraction;
            }
            int word = text[start] == ' ' ? start + 1 : start;
            if (word < limit && !space(text[word])) {
                Kind kind = letter(text[word]) ? Scan::letter : number(text[word]) ? Scan::number : Scan::other;
                return run(kind, text, word, limit);
            }
            return spaces(start, run(Scan::space, text, start, limit), limit);
        }

        /**
         * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|
         * \s+(?!\S)|\s+}, where n is the number of digits that stay together.
         */
        static Stage modern(int digits) {
            return (text, start, limit) -> {
                int contraction = contraction(text, start, limit, true);
                if (contraction > start) {
                    return contraction;
                }
                int first = text[start];
                if (letter(first)) {
                    return run(Scan::letter, text, start, limit);
                }
                if (number(first)) {
                    return run(Scan::number, text, start, Math.min(limit, start + digits));
                }
                if (!newline(first) && start + 1 < limit && letter(text[start + 1])) {
                    return run(Scan::letter, text, start + 1, limit);
                }
                int symbols = first == ' ' ? start + 1 : start;
                if (symbols < limit && other(text[symbols])) {
                    return run(Scan::newline, text, run(Scan::other, text, symbols, limit), limit);
                }
                return spacesAndNewlines(text, start, limit);
            };
        }

        private static int spacesAndNewlines(int[] text, int start, int limit) {
            int end = run(Scan::space, text, start, limit);
            for (int i = end; i > start; i--) {
                if (newline(text[i - 1])) {
                    return i;
                }
            }
            return spaces(start, end, limit);
        }

        /** {@code \s+(?!\S)|\s+}: the last space before a word goes with the word. */
        private static int spaces(int start, int end, int limit) {
            return end - start > 1 && end < limit ? end - 1 : end;
        }

        private static int contraction(int[] text, int start, int limit, boolean anyCase) {
            if (text[start] != '\'' || start + 1 >= limit) {
                return start;
            }
            int first = letterAt(text, start + 1, anyCase);
            if (first == 's' || first == 't' || first == 'm' || first == 'd') {
                return start + 2;
            }
            int second = start + 2 < limit ? letterAt(text, start + 2, anyCase) : 0;
            boolean matches = (second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l');
            return matches ? start + 3 : start;
        }

        private static int letterAt(int[] text, int at, boolean anyCase) {
            int letter = text[at];
            return anyCase && letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
        }

        static int oneNumber(int[] text, int start, int limit) {
            return number(text[start]) ? start + 1 : start;
        }

        static int numbers(int[] text, int start, int limit) {
            return run(Scan::number, text, start, limit);
        }

        static int threeDigits(int[] text, int start, int limit) {
            int end = run(it -> it >= '0' && it <= '9', text, start, Math.min(limit, start + 3));
            return end - start == 3 ? end : start;
        }

        static int punctuation(int[] text, int start, int limit) {
            return run(
                    it -> (PUNCTUATION >> Character.getType(it) & 1) != 0 || "$+<=>^~|".indexOf(it) >= 0,
                    text,
                    start,
                    limit);
        }

        private static int run(Kind kind, int[] text, int start, int limit) {
            int end = start;
            while (end < limit && kind.is(text[end])) {
                end++;
            }
            return end;
        }

        private static boolean letter(int codePoint) {
            return (LETTERS >> Character.getType(codePoint) & 1) != 0;
        }

        private static boolean number(int codePoint) {
            return (NUMBERS >> Character.getType(codePoint) & 1) != 0;
        }

        private static boolean newline(int codePoint) {
            return codePoint == '\r' || codePoint == '\n';
        }

        private static boolean space(int codePoint) {
            return (codePoint >= 0x9 && codePoint <= 0xD)
                    || codePoint == ' '
                    || codePoint == 0x85
                    || codePoint == 0xA0
                    || (codePoint >= 0x1680 && Character.isSpaceChar(codePoint));
        }

        private static boolean other(int codePoint) {
            return !space(codePoint) && !letter(codePoint) && !number(codePoint);
        }
    }
}
