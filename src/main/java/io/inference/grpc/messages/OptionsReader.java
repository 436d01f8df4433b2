package io.inference.grpc.messages;

import io.inference.api.error.InferenceException;
import io.inference.api.request.Options;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code Options}; the backend chooses what is unset. */
public final class OptionsReader {
    private static final int MAX_STOPS = 16;

    private OptionsReader() {}

    /** @throws io.inference.api.error.InferenceException for an option that is out of range */
    public static Options read(io.inference.grpc.v1.Options from) {
        return new Options(
                from.hasTemperature() ? between("temperature", from.getTemperature(), 0, 2) : null,
                from.hasTopP() ? between("top_p", from.getTopP(), 0, 1) : null,
                from.hasTopK() ? Integer.valueOf(topK(from.getTopK())) : null,
                from.hasMinP() ? between("min_p", from.getMinP(), 0, 1) : null,
                repeatPenalty(from),
                from.hasPresencePenalty() ? between("presence_penalty", from.getPresencePenalty(), -2, 2) : null,
                from.hasFrequencyPenalty() ? between("frequency_penalty", from.getFrequencyPenalty(), -2, 2) : null,
                from.hasSeed() ? Long.valueOf(from.getSeed()) : null,
                from.hasMaxTokens()
                        ? Integer.valueOf(Fields.atLeast(path("max_tokens"), from.getMaxTokens(), 1))
                        : null,
                stops(from.getStopList()),
                from.hasContextLength()
                        ? Integer.valueOf(Fields.atLeast(path("context_length"), from.getContextLength(), 1))
                        : null,
                1,
                null);
    }

    /** 0 and -1 both mean the whole vocabulary, as in other servers. */
    private static int topK(int topK) {
        return Math.max(Fields.atLeast(path("top_k"), topK, -1), 0);
    }

    private static @Nullable Double repeatPenalty(io.inference.grpc.v1.Options from) {
        if (!from.hasRepeatPenalty()) {
            return null;
        }
        double penalty = between("repeat_penalty", from.getRepeatPenalty(), 0, 10);
        if (penalty == 0) {
            throw InferenceException.invalid(path("repeat_penalty"), "'options.repeat_penalty' must be more than 0");
        }
        return penalty;
    }

    private static List<String> stops(List<String> stops) {
        if (stops.size() > MAX_STOPS) {
            throw InferenceException.invalid(path("stop"), "'options.stop' may hold " + MAX_STOPS + " texts at most");
        }
        if (stops.contains("")) {
            throw InferenceException.invalid(path("stop"), "'options.stop' must not hold an empty text");
        }
        return stops;
    }

    private static Double between(String name, double value, double min, double max) {
        return Fields.between(path(name), value, min, max);
    }

    private static String path(String name) {
        return "options." + name;
    }
}
