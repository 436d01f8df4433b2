package io.inference.engine.tokenizer;

import io.inference.engine.template.ChatTemplate;
import io.inference.engine.template.Prompt;
import io.inference.engine.template.TemplateException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Converts a conversation to tokens: renders the chat template and tokenizes the prompt so that only the template's own
 * text becomes control tokens. A control token that contains a single character of a caller ({@code <|im_end|>} in a
 * message or a tool, or one made of text of a message and of the template together) reaches the model as plain text.
 * Immutable, thread-safe.
 */
public final class PromptEncoder {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;

    public PromptEncoder(ChatTemplate template, Tokenizer tokenizer) {
        this.template = template;
        this.tokenizer = tokenizer;
    }

    /**
     * The tokens of the prompt, with {@link Tokenizer#bos()} in front if the model needs it and the template does not
     * write it.
     *
     * @param messages JSON-like data as in {@link ChatTemplate#render}
     * @param tools tool definitions; null for none
     * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
     * @param variables further names for the template, used as they are: no text of a caller; bos_token and eos_token
     *     are always defined
     * @throws TemplateException if the template fails or refuses the messages
     */
    public int[] encode(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        Prompt prompt = rendered(messages, tools, addGenerationPrompt, variables);
        return encode(prompt, prompt.text());
    }

    /**
     * The tokens of a prompt that ends with the text of its last message, so that the answer continues it. If the
     * template does not write that text as it is, the answer is a message of its own.
     *
     * @param begun text of the last message
     * @throws TemplateException if the template fails or refuses the messages
     */
    public int[] encodeUpTo(
            String begun, List<? extends Map<String, ?>> messages, @Nullable List<?> tools, Map<String, ?> variables) {
        Prompt prompt = rendered(messages, tools, false, variables);
        // Many templates strip the text of a message.
        for (String written : List.of(begun, begun.stripLeading(), begun.strip())) {
            int at = written.isEmpty() ? -1 : lastOfCaller(prompt, written);
            if (at >= 0) {
                return encode(prompt, prompt.text().substring(0, at + written.length()));
            }
        }
        return encode(messages, tools, true, variables);
    }

    /** Where the text is written last, not counting the template's own text; -1 if nowhere. */
    private static int lastOfCaller(Prompt prompt, String written) {
        int at = prompt.text().lastIndexOf(written);
        while (at >= 0 && !prompt.isCallers(at, at + 1)) {
            at = prompt.text().lastIndexOf(written, at - 1);
        }
        return at;
    }

    private int[] encode(Prompt prompt, String text) {
        int[] tokens = tokenizer.encode(text, (from, to) -> !prompt.isCallers(from, to));
        OptionalInt bos = tokenizer.bos();
        if (!tokenizer.addBos() || bos.isEmpty() || (tokens.length > 0 && tokens[0] == bos.getAsInt())) {
            return tokens;
        }
        int[] withBos = new int[tokens.length + 1];
        withBos[0] = bos.getAsInt();
        System.arraycopy(tokens, 0, withBos, 1, tokens.length);
        return withBos;
    }

    /** The prompt as text, for display; tokenizing it again would turn control tokens in messages into real ones. */
    public String render(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        return rendered(messages, tools, addGenerationPrompt, variables).text();
    }

    private Prompt rendered(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        Map<String, Object> all = new HashMap<>();
        tokenizer.bos().ifPresent(token -> all.put("bos_token", tokenizer.text(token)));
        tokenizer.eos().ifPresent(token -> all.put("eos_token", tokenizer.text(token)));
        all.putAll(variables);
        return template.prompt(messages, tools, addGenerationPrompt, all);
    }
}
