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
 * A conversation to tokens: renders the chat template and tokenizes the prompt so that only what the template itself
 * says becomes control tokens: a control token that has a single character of a caller's in it ({@code <|im_end|>} in a
 * message or a tool, or one that a message and the template make together) reaches the model as the plain text that it
 * is. Immutable, safe for use by many threads.
 */
public final class PromptEncoder {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;

    public PromptEncoder(ChatTemplate template, Tokenizer tokenizer) {
        this.template = template;
        this.tokenizer = tokenizer;
    }

    /**
     * The tokens of the prompt, with {@link Tokenizer#bos()} in front where the model wants it and the template does
     * not put it there.
     *
     * @param messages JSON-like data as {@link ChatTemplate#render} takes it
     * @param tools tool definitions; null for none
     * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
     * @param variables further names for the template, taken as they are: nothing that a caller wrote; bos_token and
     *     eos_token are there without it
     * @throws TemplateException where the template fails or refuses the messages
     */
    public int[] encode(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        Prompt prompt = rendered(messages, tools, addGenerationPrompt, variables);
        int[] tokens = tokenizer.encode(prompt.text(), (from, to) -> !prompt.isCallers(from, to));
        OptionalInt bos = tokenizer.bos();
        if (!tokenizer.addBos() || bos.isEmpty() || (tokens.length > 0 && tokens[0] == bos.getAsInt())) {
            return tokens;
        }
        int[] withBos = new int[tokens.length + 1];
        withBos[0] = bos.getAsInt();
        System.arraycopy(tokens, 0, withBos, 1, tokens.length);
        return withBos;
    }

    /** The prompt as text, to look at; tokenizing it again would take control tokens in messages for real ones. */
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
