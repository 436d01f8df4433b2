package io.inference.summary;

import io.inference.config.Settings;
import java.util.Optional;

/**
 * The settings of summaries.
 *
 * @param model the model of requests that name none
 * @param systemPrompt the system's message to the model
 */
record SummarySettings(Optional<String> model, String systemPrompt) {
    static SummarySettings of(Settings settings) {
        return new SummarySettings(settings.optionalText("summary-model"), settings.text("summary-system-prompt"));
    }
}
