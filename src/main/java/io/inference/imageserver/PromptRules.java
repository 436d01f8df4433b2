package io.inference.imageserver;

import io.inference.api.error.InferenceException;
import java.util.regex.Pattern;

/**
 * What a prompt may not contain, because some server reads it as a command rather than as words: parameters
 * ({@code <sd_cpp_extra_args>}), and files to load ({@code <lora:name:1>} and its like, {@code embedding:name}).
 * Emphasis, such as {@code (word:1.2)} and {@code AND}, changes the picture alone and is passed on.
 */
final class PromptRules {
    private static final Pattern PARAMETERS = Pattern.compile("(?i)<\\s*/?\\s*sd_cpp_extra_args");
    private static final Pattern NETWORK = Pattern.compile("<\\s*[\\w-]+\\s*:");
    private static final Pattern EMBEDDING = Pattern.compile("(?i)embedding\\s*:");

    private PromptRules() {}

    /**
     * @param param the field of the text
     * @throws InferenceException {@code INVALID_REQUEST} if the text has such a command
     */
    static void check(String text, String param) {
        if (PARAMETERS.matcher(text).find()) {
            throw refused(param, "<sd_cpp_extra_args>");
        }
        if (NETWORK.matcher(text).find()) {
            throw refused(param, "<name:…>");
        }
        if (EMBEDDING.matcher(text).find()) {
            throw refused(param, "embedding:…");
        }
    }

    private static InferenceException refused(String param, String what) {
        return InferenceException.invalid(param, "'" + param + "' contains '" + what + "', a command to the server");
    }
}
