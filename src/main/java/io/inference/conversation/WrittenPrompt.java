package io.inference.conversation;

import io.inference.conversation.memory.Ledger;
import java.util.UUID;

/**
 * What a prompt of a conversation was made of. Its messages are in the body of the exchange.
 *
 * @param parent number of the message that its turn follows; 0 for the beginning
 * @param tokens of it, as they are counted to make it fit
 * @param ledger values of the messages that the stored summaries cover
 * @param summarized messages that are not in it, but in a summary
 */
public record WrittenPrompt(UUID conversation, long parent, int tokens, Ledger ledger, int summarized) {
    /** Exchange property with the prompt of the turn. */
    public static final String PROPERTY = "InferenceConversationPrompt";
}
