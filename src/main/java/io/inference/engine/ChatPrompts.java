package io.inference.engine;

import io.inference.engine.error.InvalidJobException;
import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.template.ChatTemplate;
import io.inference.engine.template.TemplateException;
import io.inference.engine.tokenizer.PromptEncoder;
import io.inference.engine.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prompts of conversations, by the template in a model's file. A model without a usable template still completes texts
 * and computes embeddings.
 */
final class ChatPrompts {
    private static final System.Logger LOG = System.getLogger(ChatPrompts.class.getName());

    private final @Nullable PromptEncoder encoder;

    /** Why the template cannot be used; empty for a model without one. */
    private final String obstacle;

    private ChatPrompts(@Nullable PromptEncoder encoder, String obstacle) {
        this.encoder = encoder;
        this.obstacle = obstacle;
    }

    /** @param template empty for a model without one */
    static ChatPrompts of(String template, Tokenizer tokenizer) {
        if (template.isEmpty()) {
            return new ChatPrompts(null, "");
        }
        try {
            return new ChatPrompts(new PromptEncoder(ChatTemplate.parse(template), tokenizer), "");
        } catch (TemplateException e) {
            LOG.log(System.Logger.Level.WARNING, "the model cannot chat: {0}", e.getMessage());
            return new ChatPrompts(null, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The tokens of a conversation's prompt, ending where the assistant's answer begins, or at the end of the last
     * message if it is the assistant's: the answer then continues it.
     *
     * @throws InvalidJobException if the model has no chat template, or its template fails on the messages or refuses
     *     them
     * @throws UnsupportedModelException if the template is invalid or uses an unsupported feature, which the message
     *     names
     */
    int[] prompt(List<? extends Map<String, ?>> messages, List<?> tools) {
        if (encoder == null) {
            throw obstacle.isEmpty()
                    ? new InvalidJobException("the model has no chat template; it can complete texts, not chat")
                    : unsupported(obstacle);
        }
        try {
            List<?> given = tools.isEmpty() ? null : tools;
            String begun = begunAnswer(messages);
            return begun.isEmpty()
                    ? encoder.encode(messages, given, true, Map.of())
                    : encoder.encodeUpTo(begun, messages, given, Map.of());
        } catch (TemplateException e) {
            String message = String.valueOf(e.getMessage());
            if (e.isUnsupported()) {
                throw unsupported(message);
            }
            String outcome = e.isRaisedByTemplate() ? "refuses the messages: " : "fails on the messages: ";
            throw new InvalidJobException("the model's chat template " + outcome + message);
        }
    }

    /** The text of a last message of the assistant, which the answer continues; empty if there is none. */
    private static String begunAnswer(List<? extends Map<String, ?>> messages) {
        if (messages.isEmpty()) {
            return "";
        }
        Map<String, ?> last = messages.getLast();
        boolean begun = "assistant".equals(last.get("role")) && !last.containsKey("tool_calls");
        return begun && last.get("content") instanceof String text ? text : "";
    }

    private static UnsupportedModelException unsupported(String why) {
        return new UnsupportedModelException(
                "the model's chat template cannot be used here, so that the model can complete texts, not chat: "
                        + why);
    }
}
