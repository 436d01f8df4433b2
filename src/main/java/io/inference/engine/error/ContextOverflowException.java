package io.inference.engine.error;

/** The prompt leaves no room in the context for even one token of an answer. */
public final class ContextOverflowException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final int promptTokens;
    private final int contextLength;

    public ContextOverflowException(int promptTokens, int contextLength) {
        super("the prompt has %d tokens, the context holds %d".formatted(promptTokens, contextLength));
        this.promptTokens = promptTokens;
        this.contextLength = contextLength;
    }

    public int promptTokens() {
        return promptTokens;
    }

    public int contextLength() {
        return contextLength;
    }
}
