package io.inference.api.request;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

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

    /** Empty for an unknown name. */
    public static Optional<SummaryStyle> byLabel(String label) {
        return Arrays.stream(values())
                .filter(style -> style.label.equals(label))
                .findFirst();
    }
}
