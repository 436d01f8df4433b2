package io.inference.engine.tokenizer;

/** The file is valid, but its tokenizer is of a kind that this engine does not have, such as SentencePiece. */
public final class UnsupportedTokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsupportedTokenizerException(String message) {
        super(message);
    }
}
