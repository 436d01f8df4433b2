package io.inference.engine.tokenizer;

import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of a byte-level BPE tokenizer. Symbols are the units of merging: token ids, and above them numbers for
 * strings that occur in merges (or single bytes) without being tokens.
 */
final class Vocabulary {
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private final String[] tokens;
    private final int[] types;
    private final Map<String, Integer> symbols;
    private final List<String> extraSymbols = new ArrayList<>();
    private final Merges merges;
    private final int[] symbolOfByte = new int[256];

    Vocabulary(GgufMetadata metadata) {
        tokens = metadata.stringList("tokenizer.ggml.tokens").toArray(String[]::new);
        types = metadata.optionalIntList("tokenizer.ggml.token_type").orElseGet(() -> normal(tokens.length));
        if (tokens.length == 0 || types.length != tokens.length) {
            throw new GgufException("tokenizer.ggml.tokens has %d entries, tokenizer.ggml.token_type %d"
                    .formatted(tokens.length, types.length));
        }
        symbols = HashMap.newHashMap(tokens.length + 256);
        for (int id = 0; id < tokens.length; id++) {
            symbols.putIfAbsent(tokens[id], id);
        }
        List<String> lines = metadata.stringList("tokenizer.ggml.merges");
        merges = new Merges(lines.size());
        for (int rank = 0; rank < lines.size(); rank++) {
            addMerge(lines.get(rank), rank);
        }
        for (int b = 0; b < 256; b++) {
            symbolOfByte[b] = symbol(String.valueOf(ByteAlphabet.charOf((byte) b)));
        }
    }

    private static int[] normal(int count) {
        int[] types = new int[count];
        Arrays.fill(types, 1);
        return types;
    }

    private void addMerge(String line, int rank) {
        int space = line.indexOf(' ', 1);
        if (space < 0 || space + 1 == line.length()) {
            throw new GgufException("tokenizer.ggml.merges[%d] is no pair".formatted(rank));
        }
        String left = line.substring(0, space);
        String right = line.substring(space + 1);
        merges.add(symbol(left), symbol(right), rank, symbol(left + right));
    }

    private int symbol(String text) {
        Integer known = symbols.get(text);
        if (known != null) {
            return known;
        }
        int symbol = tokens.length + extraSymbols.size();
        extraSymbols.add(text);
        symbols.put(text, symbol);
        return symbol;
    }

    int size() {
        return tokens.length;
    }

    /** The token as the file spells it. */
    String spelling(int token) {
        return tokens[token];
    }

    boolean isControl(int token) {
        return types[token] == CONTROL || types[token] == UNKNOWN;
    }

    /** Whether the token's spelling is plain text, not the byte alphabet. */
    boolean isLiteral(int token) {
        return isControl(token) || types[token] == USER_DEFINED;
    }

    Merges merges() {
        return merges;
    }

    int symbolOfByte(byte value) {
        return symbolOfByte[value & 0xff];
    }

    /** The token with that spelling, or -1. */
    int token(String spelling) {
        Integer symbol = symbols.get(spelling);
        return symbol == null || symbol >= tokens.length ? -1 : symbol;
    }

    /**
     * Adds the tokens of a symbol: itself, or for one that is not a token the tokens of its bytes; a byte that has no
     * token is left out, as in llama.cpp.
     */
    void addTokens(int symbol, Ints out) {
        if (symbol < tokens.length) {
            out.add(symbol);
            return;
        }
        String text = extraSymbols.get(symbol - tokens.length);
        for (int i = 0; i < text.length(); i++) {
            int token = token(text.substring(i, i + 1));
            if (token >= 0) {
                out.add(token);
            }
        }
    }

    SpecialTokens specialTokens() {
        List<SpecialTokens.Special> specials = new ArrayList<>();
        for (int id = 0; id < tokens.length; id++) {
            if (isLiteral(id)) {
                specials.add(new SpecialTokens.Special(tokens[id], id, isControl(id)));
            }
        }
        return new SpecialTokens(specials);
    }
}
