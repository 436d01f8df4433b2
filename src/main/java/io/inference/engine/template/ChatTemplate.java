package io.inference.engine.template;

import io.inference.engine.template.builtins.Functions;
import io.inference.engine.template.parse.Node;
import io.inference.engine.template.parse.TemplateParser;
import io.inference.engine.template.run.Evaluator;
import io.inference.engine.template.run.Renderer;
import io.inference.engine.template.run.Scope;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template: converts messages into the prompt format that the model was trained on. Immutable,
 * thread-safe.
 *
 * <p>Messages are JSON-like data: String, Boolean, Number, null, List, and Map with String keys. They are never parsed
 * as template text. But their text is in the prompt unchanged: the code that tokenizes it has to keep control tokens in
 * messages apart from the template's own, as {@code PromptEncoder} does by {@link Prompt#isCallers}.
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
     * @throws TemplateException if it is invalid, or uses an unsupported feature; the message names it and the line
     */
    public static ChatTemplate parse(String source) {
        return parse(source, InstantSource.system());
    }

    /** The same, with the clock that {@code strftime_now} reads. */
    public static ChatTemplate parse(String source, InstantSource clock) {
        if (source.length() > SOURCE_CHARS_MAX) {
            throw new TemplateException("the chat template is longer than %d characters".formatted(SOURCE_CHARS_MAX));
        }
        try {
            return new ChatTemplate(TemplateParser.parse(source), clock);
        } catch (Failure e) {
            throw TemplateException.of(e, 1);
        }
    }

    /**
     * Renders a conversation.
     *
     * @param messages each with {@code role} and {@code content}, and other entries that the template may read
     * @param tools tool definitions as in OpenAI's API; null for none
     * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
     * @param variables further names the template may read: {@code bos_token}, {@code eos_token}, …; no caller's texts
     * @throws TemplateException if the template fails, refuses the messages, or exceeds its limits
     */
    public Prompt prompt(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        Evaluator evaluator = null;
        try {
            Conversation conversation = new Conversation();
            Scope given = new Scope(null);
            variables.forEach((name, value) -> given.set(name, conversation.value(value, false)));
            given.set("messages", conversation.value(messages, true));
            given.set("tools", conversation.value(tools, true));
            given.set("add_generation_prompt", addGenerationPrompt);
            Budget budget = new Budget(messages.size(), conversation.chars());
            new Functions(budget, clock.instant().atZone(ZoneId.systemDefault()))
                    .all()
                    .forEach(given::setIfMissing);
            evaluator = new Evaluator(budget);
            return new Prompt(new Renderer(budget, evaluator).render(nodes, given));
        } catch (Failure e) {
            throw TemplateException.of(e, evaluator == null ? 1 : evaluator.line());
        }
    }

    /** The same as text alone. */
    public String render(
            List<? extends Map<String, ?>> messages,
            @Nullable List<?> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        return prompt(messages, tools, addGenerationPrompt, variables).text();
    }
}
