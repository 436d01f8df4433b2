package io.inference.api.image;

import io.inference.api.error.InferenceException;
import java.util.regex.Pattern;

/**
 * What a prompt may not contain, because some server reads it as a command rather than as words: parameters
 * ({@code <sd_cpp_extra_args>}), and files to load ({@code <lora:name:1>} and its like).
 * Emphasis, such as {@code (word:1.2)} and {@code AND}, changes the picture alone and is passed on.
 */
public final class PromptRules {
    private static final Pattern PARAMETERS = Pattern.compile("(?i)<\\s*/?\\s*sd_cpp_extra_args");
    private static final Pattern NETWORK = Pattern.compile("<\\s*[\\w-]+\\s*:");

    private PromptRules() {}

    /**
     * @param param the field of the text
     * @throws InferenceException {@code INVALID_REQUEST} if the text has such a command
     */
    public static void check(String text, String param) {
        if (PARAMETERS.matcher(text).find()) {
            throw refused(param, "<sd_cpp_extra_args>");
        }
        if (NETWORK.matcher(text).find()) {
            throw refused(param, "<name:…>");
        }
    }

    private static InferenceException refused(String param, String what) {
        return InferenceException.invalid(param, "'" + param + "' contains '" + what + "', a command to the server");
    }
}
