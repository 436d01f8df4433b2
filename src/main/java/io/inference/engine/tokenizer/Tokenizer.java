package io.inference.engine.tokenizer;

import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.gguf.GgufMetadata;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a model: byte-level BPE, with the same results as llama.cpp for the same file. Immutable and
 * thread-safe; it copies what it needs and does not keep the file open.
 */
public final class Tokenizer {
    /** Spellings of tokens that end a generation, whatever the file declares as its end-of-sequence token. */
    private static final List<String> END_SPELLINGS = List.of(
            "<|endoftext|>",
            "<|end_of_text|>",
            "<|im_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end|>",
            "<end_of_turn>",
            "<|return|>",
            "<|call|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]",
            "<end_of_utterance>",
            "</s>",
            "<｜end▁of▁sentence｜>",
            "<|fim_pad|>",
            "<fim-pad>",
            "<|repo_name|>",
            "<reponame>",
            "<|file_sep|>",
            "<file_sep>");

    private final Vocabulary vocabulary;
    private final SpecialTokens specials;
    private final PreTokenizer preTokenizer;
    private final byte[][] bytes;
    private final BitSet endOfGeneration = new BitSet();
    private final OptionalInt bos;
    private final OptionalInt eos;
    private final boolean addBos;

    private Tokenizer(GgufMetadata metadata, PreTokenizer preTokenizer) {
        this.vocabulary = new Vocabulary(metadata);
        this.specials = vocabulary.specialTokens();
        this.preTokenizer = preTokenizer;
        this.bytes = new byte[vocabulary.size()][];
        for (int id = 0; id < bytes.length; id++) {
            String spelling = vocabulary.spelling(id);
            bytes[id] = vocabulary.isLiteral(id)
                    ? spelling.getBytes(StandardCharsets.UTF_8)
                    : ByteAlphabet.bytesOf(spelling);
        }
        this.bos = token(metadata, "tokenizer.ggml.bos_token_id");
        this.eos = token(metadata, "tokenizer.ggml.eos_token_id");
        this.addBos = bos.isPresent()
                && metadata.optionalBool("tokenizer.ggml.add_bos_token").orElse(preTokenizer == PreTokenizer.LLAMA3);
        eos.ifPresent(endOfGeneration::set);
        token(metadata, "tokenizer.ggml.eot_token_id").ifPresent(endOfGeneration::set);
        token(metadata, "tokenizer.ggml.eom_token_id").ifPresent(endOfGeneration::set);
        for (String spelling : END_SPELLINGS) {
            int token = vocabulary.token(spelling);
            if (token >= 0 && vocabulary.isLiteral(token)) {
                endOfGeneration.set(token);
            }
        }
    }

    /**
     * The tokenizer that a file describes.
     *
     * @throws UnsupportedTokenizerException for another kind than byte-level BPE (SentencePiece, WordPiece, …) or an
     *     unknown pre-tokenizer
     * @throws GgufException if the file's tables are missing or contradict each other
     */
    public static Tokenizer of(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String model = metadata.string("tokenizer.ggml.model");
        if (!model.equals("gpt2")) {
            throw new UnsupportedTokenizerException(
                    "%s: tokenizer '%s'%s is not supported, only byte-level BPE ('gpt2')"
                            .formatted(file.path(), model, model.equals("llama") ? " (SentencePiece)" : ""));
        }
        String pre = metadata.optionalString("tokenizer.ggml.pre").orElse("default");
        PreTokenizer preTokenizer = PreTokenizer.named(pre)
                .orElseThrow(() -> new UnsupportedTokenizerException("%s: pre-tokenizer '%s' is not supported, only %s"
                        .formatted(file.path(), pre, PreTokenizer.allNames())));
        return new Tokenizer(metadata, preTokenizer);
    }

    private OptionalInt token(GgufMetadata metadata, String key) {
        Integer token = metadata.optionalInteger(key).orElse(null);
        if (token == null) {
            return OptionalInt.empty();
        }
        if (token < 0 || token >= vocabulary.size()) {
            throw new GgufException(
                    "metadata key '%s' is %d, outside the vocabulary of %d".formatted(key, token, vocabulary.size()));
        }
        return OptionalInt.of(token);
    }

    /**
     * The tokens of a text; nothing is added before or after it. An unpaired surrogate counts as U+FFFD.
     *
     * @param parseSpecial whether control tokens that are written out in the text ({@code <|im_end|>}) become those
     *     tokens; never set it for text that a caller wrote (see {@link PromptEncoder})
     */
    public int[] encode(String text, boolean parseSpecial) {
        return encode(text, (from, to) -> parseSpecial);
    }

    /** The same, but the position in the text decides whether a written control token becomes one. */
    int[] encode(String text, SpecialTokens.Trust trust) {
        Ints out = new Ints();
        int plain = 0;
        int at = 0;
        while (at < text.length()) {
            SpecialTokens.@Nullable Special special = specials.at(text, at, trust);
            if (special == null) {
                at++;
                continue;
            }
            encodePlain(text.substring(plain, at), out);
            out.add(special.id());
            at += special.text().length();
            plain = at;
        }
        encodePlain(text.substring(plain), out);
        return out.toArray();
    }

    private void encodePlain(String text, Ints out) {
        int[] codePoints = text.codePoints()
                .map(it -> it >= Character.MIN_SURROGATE && it <= Character.MAX_SURROGATE ? 0xFFFD : it)
                .toArray();
        preTokenizer.split(
                codePoints,
                0,
                codePoints.length,
                (start, end) -> encodePiece(new String(codePoints, start, end - start), out));
    }

    private void encodePiece(String piece, Ints out) {
        byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
        if (preTokenizer.wholePiecesFirst()) {
            StringBuilder spelling = new StringBuilder(utf8.length);
            for (byte value : utf8) {
                spelling.append(ByteAlphabet.charOf(value));
            }
            int token = vocabulary.token(spelling.toString());
            if (token >= 0) {
                out.add(token);
                return;
            }
        }
        int[] symbols = new int[utf8.length];
        for (int i = 0; i < utf8.length; i++) {
            symbols[i] = vocabulary.symbolOfByte(utf8[i]);
        }
        for (int symbol : new BytePairs(vocabulary.merges(), symbols).merge()) {
            vocabulary.addTokens(symbol, out);
        }
    }

    /** The bytes that the token adds to an answer, which need not be whole UTF-8; none for a control token. */
    public byte[] bytes(int token) {
        return isControl(token) ? new byte[0] : bytes[token].clone();
    }

    /** The token as text, for display: control tokens as they are written, incomplete UTF-8 as U+FFFD. */
    public String text(int token) {
        return new String(bytes[token], StandardCharsets.UTF_8);
    }

    /** Whether the token controls the model and is not part of any text. */
    public boolean isControl(int token) {
        return vocabulary.isControl(token);
    }

    /** Whether a generation ends when this token is sampled. */
    public boolean isEndOfGeneration(int token) {
        return endOfGeneration.get(token);
    }

    /** The token that a sequence begins with, if the model has one. */
    public OptionalInt bos() {
        return bos;
    }

    /** The token that ends a sequence, if the model has one. */
    public OptionalInt eos() {
        return eos;
    }

    /** Whether a prompt that is not a chat has to begin with {@link #bos()}; the caller adds it. */
    public boolean addBos() {
        return addBos;
    }

    public int vocabularySize() {
        return vocabulary.size();
    }
}
