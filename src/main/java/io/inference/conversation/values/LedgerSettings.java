package io.inference.conversation.values;

import io.inference.config.Settings;

/**
 * The settings of the model's part in the ledger.
 *
 * @param model that is asked; empty for none
 * @param prompt what it is to look for
 */
record LedgerSettings(String model, String prompt) {
    static LedgerSettings of(Settings settings) {
        return new LedgerSettings(settings.optionalText("ledger-model").orElse(""), settings.text("ledger-prompt"));
    }
}
