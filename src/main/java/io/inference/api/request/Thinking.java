package io.inference.api.request;

import io.inference.api.error.InferenceException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How much a model is to reason, whichever way the caller said it, for backends that are not OpenAI's kind. */
public enum Thinking {
    OFF,
    /** As much as the model does by itself. */
    ON,
    LOW,
    MEDIUM,
    HIGH;

    static final String TEMPLATE_FIELD = "chat_template_kwargs";
    static final String FLAG_FIELD = "enable_thinking";

    private static final Pattern ONLY_THINKING = Pattern.compile("\\{\"(?:enable_thinking|thinking)\":(true|false)}");

    /**
     * What the caller asked for; null leaves it to the model.
     *
     * @throws InferenceException {@code INVALID_REQUEST} if it asked for an effort that has no known meaning
     */
    public static @Nullable Thinking of(ChatRequest request) {
        String effort = request.reasoningEffort();
        if (effort != null) {
            return ofEffort(effort);
        }
        Boolean think = request.think();
        if (think == null) {
            think = ofTemplate(request);
        }
        return think == null ? null : think ? ON : OFF;
    }

    private static Thinking ofEffort(String effort) {
        return switch (effort) {
            case "none" -> OFF;
            case "minimal", "low" -> LOW;
            case "medium" -> MEDIUM;
            case "high", "xhigh", "max" -> HIGH;
            default ->
                throw InferenceException.invalid(
                        "reasoning_effort", "'reasoning_effort' must be none, minimal, low, medium, high or xhigh");
        };
    }

    /** Whether the fields that vLLM, SGLang and others have for this say so, and nothing else. */
    static @Nullable Boolean ofTemplate(ChatRequest request) {
        String flag = request.extras().json(FLAG_FIELD);
        if ("true".equals(flag) || "false".equals(flag)) {
            return Boolean.valueOf(flag);
        }
        String fields = request.extras().json(TEMPLATE_FIELD);
        Matcher only = fields == null ? null : ONLY_THINKING.matcher(fields);
        return only != null && only.matches() ? Boolean.valueOf(only.group(1)) : null;
    }

    /** The field with which the caller asked for it. */
    static String field(ChatRequest request) {
        if (request.reasoningEffort() != null) {
            return "reasoning_effort";
        }
        if (request.think() != null) {
            return "think";
        }
        return request.extras().json(FLAG_FIELD) == null ? TEMPLATE_FIELD : FLAG_FIELD;
    }
}
