package io.inference.conversation.summary;

import io.inference.api.backend.ModelInfo;
import io.inference.api.message.TextTokens;
import io.inference.conversation.memory.TokenCounter;
import io.inference.models.ModelDirectory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How many tokens models have room for, and how they count them. */
public final class ModelTokens {
    /** Tokens that a chat template adds to a message, at most in the templates of the usual models. */
    private static final int TEMPLATE = 8;

    /** With which Ollama runs a model unless a request asks for another one. */
    private static final int CONTEXT_OF_OLLAMA = 4096;

    private final ModelDirectory directory;

    public ModelTokens(ModelDirectory directory) {
        this.directory = directory;
    }

    /**
     * Tokens of a request and its answer.
     *
     * @param asked context that the request asks for; null for none
     * @param otherwise for a model whose backend does not report it
     */
    public int context(String model, @Nullable Integer asked, int otherwise) {
        Optional<Integer> reported = directory.find(model).map(ModelInfo::contextLength);
        if (directory.takesContextOfRequest(model)) {
            int used = asked == null ? CONTEXT_OF_OLLAMA : asked;
            return Math.min(used, reported.orElse(used));
        }
        return reported.orElse(otherwise);
    }

    /** By the model's own tokenizer if it runs in this process, otherwise an estimate. */
    public TokenCounter counter(String model) {
        return (role, text) -> TEMPLATE + directory.tokens(model, text).orElseGet(() -> TextTokens.estimate(text));
    }
}
