package io.inference.conversation.summary;

import io.inference.config.Settings;
import io.inference.conversation.memory.MemoryRules;

/**
 * The settings of summaries of conversations.
 *
 * @param ledgerTokens tokens of a prompt for literal values of summarized messages
 * @param consolidationPrompt what follows the system's message if summaries are consolidated
 * @param modelFindsValues whether LEDGER_MODEL names a model that adds values to the ledger
 */
public record MemorySettings(
        MemoryRules rules, int ledgerTokens, String consolidationPrompt, boolean modelFindsValues) {
    public static MemorySettings of(Settings settings) {
        return new MemorySettings(
                new MemoryRules(
                        settings.whole("messages-before-summary"),
                        settings.share("summary-context-share"),
                        settings.whole("keep-recent-messages"),
                        settings.whole("summaries-before-consolidation"),
                        settings.whole("max-summary-levels"),
                        settings.share("summary-weight-coefficient")),
                settings.whole("summary-ledger-tokens"),
                settings.text("master-summary-prompt"),
                settings.optionalText("ledger-model").isPresent());
    }
}
