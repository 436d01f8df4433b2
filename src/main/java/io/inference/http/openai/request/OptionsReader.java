package io.inference.http.openai.request;

import io.inference.api.request.Options;
import io.inference.http.json.JsonFields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the generation options, both OpenAI's and those that compatible servers add. */
final class OptionsReader {
    /** OpenAI's own limit. */
    private static final int MAX_CHOICES = 128;

    /** OpenAI accepts 4; more are harmless. */
    private static final int MAX_STOPS = 16;

    /** The fields that {@link #read} reads. */
    static final Set<String> NAMES = Set.of(
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            Options.REPEAT_PENALTY,
            Options.REPETITION_PENALTY,
            "presence_penalty",
            "frequency_penalty",
            "seed",
            Options.MAX_TOKENS,
            Options.MAX_COMPLETION_TOKENS,
            "stop",
            "num_ctx",
            "n");

    private OptionsReader() {}

    /** @param topLogprobs as {@link Options#topLogprobs}, which chats and completions request in different ways */
    static Options read(JsonFields body, @Nullable Integer topLogprobs) {
        Integer choices = body.integer("n", 1, MAX_CHOICES);
        return new Options(
                body.number("temperature", 0, 2),
                body.number("top_p", 0, 1),
                topK(body),
                body.number("min_p", 0, 1),
                repeatPenalty(body),
                body.number("presence_penalty", -2, 2),
                body.number("frequency_penalty", -2, 2),
                body.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                maxTokens(body),
                stops(body),
                body.integer("num_ctx", 1, Integer.MAX_VALUE),
                choices == null ? 1 : choices,
                topLogprobs,
                spelled(body));
    }

    private static Set<String> spelled(JsonFields body) {
        boolean completion = body.has(Options.MAX_COMPLETION_TOKENS);
        boolean repeat = body.has(Options.REPEAT_PENALTY);
        if (!completion && !repeat && !body.has(Options.REPETITION_PENALTY)) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        if (completion) {
            names.add(Options.MAX_COMPLETION_TOKENS);
        }
        if (repeat) {
            names.add(Options.REPEAT_PENALTY);
        } else if (body.has(Options.REPETITION_PENALTY)) {
            names.add(Options.REPETITION_PENALTY);
        }
        return names;
    }

    /** The fields with which a chat requests logprobs. */
    static @Nullable Integer chatLogprobs(JsonFields body) {
        boolean wanted = body.flag("logprobs", false);
        Integer top = body.integer("top_logprobs", 0, 20);
        if (top != null && top > 0 && !wanted) {
            throw body.invalid("top_logprobs", "'top_logprobs' needs 'logprobs' to be true");
        }
        return wanted ? (top == null ? 0 : top) : null;
    }

    private static @Nullable Integer maxTokens(JsonFields body) {
        Integer old = body.integer("max_tokens", 1, Integer.MAX_VALUE);
        Integer current = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        return current == null ? old : current;
    }

    /** 0 and -1 both mean the whole vocabulary, as in other servers. */
    private static @Nullable Integer topK(JsonFields body) {
        Integer topK = body.integer("top_k", -1, Integer.MAX_VALUE);
        return topK == null ? null : Math.max(topK, 0);
    }

    private static @Nullable Double repeatPenalty(JsonFields body) {
        String name = body.has("repeat_penalty") ? "repeat_penalty" : "repetition_penalty";
        Double penalty = body.number(name, 0, 10);
        if (penalty != null && penalty == 0) {
            throw body.invalid(name, "'" + name + "' must be more than 0");
        }
        return penalty;
    }

    private static List<String> stops(JsonFields body) {
        List<String> stops = body.texts("stop");
        if (stops.size() > MAX_STOPS) {
            throw body.invalid("stop", "'stop' may hold " + MAX_STOPS + " texts at most");
        }
        if (stops.contains("")) {
            throw body.invalid("stop", "'stop' must not hold an empty text");
        }
        return stops;
    }
}
