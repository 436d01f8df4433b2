package io.inference.http.ollama.request;

import io.inference.api.request.Options;
import io.inference.http.json.JsonFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads Ollama's {@code options} and logprobs. Options for the use of the hardware are ignored: callers may not choose
 * it.
 */
final class OptionsReader {
    /** Ollama's own default, and the window that backends use. */
    private static final int REPEAT_WINDOW = 64;

    private OptionsReader() {}

    static Options read(JsonFields body) {
        Integer topLogprobs = logprobs(body);
        JsonFields options = body.object("options");
        if (options == null) {
            return withLogprobs(topLogprobs);
        }
        refuseWhatIsNotDone(options);
        return new Options(
                options.number("temperature", 0, 100),
                options.number("top_p", 0, 1),
                notNegative(options.integer("top_k", Integer.MIN_VALUE, Integer.MAX_VALUE)),
                options.number("min_p", 0, 1),
                repeatPenalty(options),
                options.number("presence_penalty", -2, 2),
                options.number("frequency_penalty", -2, 2),
                seed(options),
                limit(options),
                stops(options),
                options.integer("num_ctx", 1, Integer.MAX_VALUE),
                1,
                topLogprobs);
    }

    private static Options withLogprobs(@Nullable Integer topLogprobs) {
        return topLogprobs == null
                ? Options.DEFAULTS
                : new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, topLogprobs);
    }

    private static @Nullable Integer logprobs(JsonFields body) {
        boolean wanted = body.flag("logprobs", false);
        Integer top = body.integer("top_logprobs", 0, 20);
        return wanted ? (top == null ? Integer.valueOf(0) : top) : null;
    }

    private static @Nullable Integer notNegative(@Nullable Integer number) {
        return number == null ? null : Math.max(number, 0);
    }

    private static @Nullable Double repeatPenalty(JsonFields options) {
        Double penalty = options.number("repeat_penalty", 0, 10);
        if (penalty != null && penalty == 0) {
            throw options.invalid("repeat_penalty", "'options.repeat_penalty' must be more than 0");
        }
        return penalty;
    }

    /** -1 means a new seed each time. */
    private static @Nullable Long seed(JsonFields options) {
        Long seed = options.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        return seed == null || seed == -1 ? null : seed;
    }

    /** A missing number, or one below 1, means no limit. */
    private static @Nullable Integer limit(JsonFields options) {
        Integer limit = options.integer("num_predict", Integer.MIN_VALUE, Integer.MAX_VALUE);
        return limit == null || limit < 1 ? null : limit;
    }

    private static List<String> stops(JsonFields options) {
        return options.texts("stop").stream().filter(stop -> !stop.isEmpty()).toList();
    }

    private static void refuseWhatIsNotDone(JsonFields options) {
        Integer window = options.integer("repeat_last_n", -1, Integer.MAX_VALUE);
        if (window != null && window != REPEAT_WINDOW) {
            throw options.unsupported(
                    "repeat_last_n", "'repeat_last_n' other than " + REPEAT_WINDOW + " is not supported");
        }
        if (options.isEffective("mirostat")) {
            throw options.unsupported("mirostat", "'mirostat' is not supported");
        }
        for (String name : List.of("typical_p", "tfs_z")) {
            Double value = options.number(name, 0, Double.MAX_VALUE);
            if (value != null && value != 1) {
                throw options.unsupported(name, "'" + name + "' other than 1 is not supported");
            }
        }
    }
}
