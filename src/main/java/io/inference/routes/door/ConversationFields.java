package io.inference.routes.door;

import io.inference.api.error.InferenceException;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * The fields with which a chat becomes part of a stored conversation, the same at every door.
 *
 * @param id of the conversation, or {@code new}; null for none
 * @param parent id of the message to follow; null for the newest one
 */
public record ConversationFields(
        @Nullable String id, @Nullable String parent) {
    public static final ConversationFields NONE = new ConversationFields(null, null);

    /** Their names in every wire format. */
    public static final String ID = "conversation_id";

    public static final String PARENT = "parent_message_id";

    /** Header or metadata with the same id. */
    private static final String HEADER = "X-Conversation-Id";

    /** Headers that the flow {@code load-conversation} reads. */
    private static final String ID_HEADER = "InferenceConversationId";

    private static final String PARENT_HEADER = "InferenceParentMessageId";

    /** Whether the chat may have no message of its own: it follows one of the conversation. */
    public boolean followsMessage() {
        return parent != null;
    }

    /**
     * Sets the headers that flows read. The header of the request is removed, since answers have it too.
     *
     * @param isChat whether the request can be part of a conversation
     * @throws InferenceException if it cannot, or the fields contradict each other
     */
    public void enter(Message message, boolean isChat) {
        String header = message.getHeader(HEADER, String.class);
        message.removeHeader(HEADER);
        if (header != null && !isChat) {
            throw InferenceException.unsupported(HEADER, "only chats can be part of a conversation");
        }
        if (id != null && header != null && !id.equals(header)) {
            throw InferenceException.invalid(ID, "'conversation_id' and the header X-Conversation-Id differ");
        }
        String wanted = id == null ? header : id;
        if (wanted != null) {
            message.setHeader(ID_HEADER, wanted);
        }
        if (parent != null) {
            if (wanted == null) {
                throw InferenceException.invalid(PARENT, "'parent_message_id' needs a 'conversation_id'");
            }
            message.setHeader(PARENT_HEADER, parent);
        }
    }

    /**
     * Requires that the answer to a chat of a conversation is stored, so that no caller relies on a conversation that
     * its route does not keep.
     *
     * @param stored id of the conversation that the answer is part of; empty for none
     */
    public static void checkStored(Message message, String stored) {
        if (stored.isEmpty() && message.getHeader(ID_HEADER) != null) {
            throw InferenceException.notConfigured(ID, "the route of this request stores no conversations");
        }
    }
}
