package io.inference.api.request;

import io.inference.api.error.InferenceException;
import java.util.Arrays;
import java.util.Locale;

/** Form of a summary. */
public enum SummaryStyle {
    /** Connected sentences. */
    PARAGRAPH,
    /** One line for each point. */
    BULLETS,
    /** Headings with points below them. */
    OUTLINE,
    /** One sentence. */
    HEADLINE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in requests, such as {@code bullets}. */
    public String label() {
        return label;
    }

    /** @throws InferenceException for an unknown name */
    static SummaryStyle byLabel(String label) {
        return Arrays.stream(values())
                .filter(style -> style.label.equals(label))
                .findFirst()
                .orElseThrow(() ->
                        InferenceException.invalid("style", "'style' must be paragraph, bullets, outline or headline"));
    }
}
