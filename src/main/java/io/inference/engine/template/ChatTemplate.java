package io.inference.engine.template;

import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template: turns messages into the prompt that the model was trained on. Immutable, safe for use by
 * many threads.
 *
 * <p>Messages are JSON-like data: String, Boolean, Number, null, List, and Map with String keys. They are never read as
 * template text. But what they say stands in the prompt as it is: whoever tokenizes it has to keep control tokens in
 * messages apart from the template's own, as {@code PromptEncoder} does.
 */
public final class ChatTemplate {
    private static final int SOURCE_CHARS_MAX = 1 << 20;

    private final List<Node> nodes;
    private final InstantSource clock;

    private ChatTemplate(List<Node> nodes, InstantSource clock) {
        this.nodes = nodes;
        this.clock = clock;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException where it is not a template, naming the line
     */
    public static ChatTemplate parse(String source) {
        return parse(source, InstantSource.system());
    }

    /** The same, with the clock that {@code strftime_now} reads. */
    public static ChatTemplate parse(String source, InstantSource clock) {
        if (source.length() > SOURCE_CHARS_MAX) {
            throw new TemplateException("the chat template is longer than %d characters".formatted(SOURCE_CHARS_MAX));
        }
        return new ChatTemplate(TemplateParser.parse(source), clock);
    }

    /**
     * Renders a conversation.
     *
     * @param messages each with {@code role} and {@code content}, and what else the template may look at
     * @param tools tool definitions as in OpenAI's API; null for none
     * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
     * @param variables further names the template may read: {@code bos_token}, {@code eos_token}, …
     * @throws TemplateException where the template fails, refuses the messages, or takes too much
     */
    public String render(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        Budget budget = new Budget();
        Evaluator evaluator = new Evaluator(budget);
        try {
            Scope globals = new Scope(null);
            Functions.define(globals, budget, clock.instant().atZone(ZoneId.systemDefault()));
            Scope scope = new Scope(globals);
            variables.forEach((name, value) -> scope.set(name, Values.of(value)));
            scope.set("messages", Values.of(messages));
            scope.set("tools", Values.of(tools));
            scope.set("add_generation_prompt", addGenerationPrompt);
            return new Renderer(budget, evaluator).render(nodes, scope);
        } catch (Failure e) {
            throw TemplateException.at(evaluator.line(), String.valueOf(e.getMessage()));
        }
    }
}
