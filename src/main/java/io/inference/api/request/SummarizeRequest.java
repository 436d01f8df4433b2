package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.message.Message;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A text, or messages, to summarize. The flow that serves it asks backends with {@link ChatRequest}s.
 *
 * @param model empty if the service is to choose it
 * @param text empty if there are messages
 * @param messages empty if there is a text
 * @param maxWords how many words the summary may have, about; null leaves it to the service
 * @param stream whether the answer is to be a {@link io.inference.api.stream.ChunkStream}
 */
public record SummarizeRequest(
        String model,
        String text,
        List<Message> messages,
        Style style,
        @Nullable Integer maxWords,
        boolean stream) implements InferenceRequest {
    private static final int MOST_WORDS = 10_000;

    /** Form of a summary. */
    public enum Style {
        /** Connected sentences. */
        PARAGRAPH,
        /** One line for each point. */
        BULLETS,
        /** Headings with points below them. */
        OUTLINE,
        /** One sentence. */
        HEADLINE;

        private final String label = name().toLowerCase(Locale.ROOT);

        private static Style byLabel(String label) {
            return Arrays.stream(values())
                    .filter(style -> style.label.equals(label))
                    .findFirst()
                    .orElseThrow(() -> InferenceException.invalid(
                            "style", "'style' must be paragraph, bullets, outline or headline"));
        }
    }

    public SummarizeRequest {
        messages = List.copyOf(messages);
    }

    /**
     * A request of a caller, checked.
     *
     * @param style its name; null for a paragraph
     * @throws InferenceException if a field is wrong, named as at every door
     */
    public static SummarizeRequest checked(
            String model,
            String text,
            List<Message> messages,
            @Nullable String style,
            @Nullable Integer maxWords,
            boolean stream) {
        if (text.isBlank() == messages.isEmpty()) {
            throw InferenceException.invalid("text", "either 'text' or 'messages' is required, and not both");
        }
        if (messages.stream().anyMatch(message -> !message.images().isEmpty())) {
            throw InferenceException.unsupported("messages", "images cannot be summarized");
        }
        if (maxWords != null && (maxWords < 1 || maxWords > MOST_WORDS)) {
            throw InferenceException.invalid("max_words", "'max_words' must be between 1 and " + MOST_WORDS);
        }
        Style known = style == null ? Style.PARAGRAPH : Style.byLabel(style);
        return new SummarizeRequest(model, text, messages, known, maxWords, stream);
    }

    /** The refusal of a request that names a stored conversation in place of a text. */
    public static InferenceException noConversations() {
        return InferenceException.notConfigured(
                "conversation_id", "'conversation_id' is refused: only texts and messages can be summarized");
    }

    /** None: what the model is asked is not the caller's request. */
    @Override
    public Extras extras() {
        return Extras.NONE;
    }

    @Override
    public Operation operation() {
        return Operation.SUMMARIZE;
    }

    @Override
    public SummarizeRequest withModel(String name) {
        return new SummarizeRequest(name, text, messages, style, maxWords, stream);
    }
}
