package io.inference.http.format;

import io.inference.http.json.JsonFields;
import io.inference.routes.door.ConversationFields;

/** Reads the fields with which a chat becomes part of a stored conversation, the same in every wire format. */
public final class ConversationReader {
    private ConversationReader() {}

    public static ConversationFields read(JsonFields body) {
        String id = body.text(ConversationFields.ID);
        String parent = body.text(ConversationFields.PARENT);
        if (id != null && id.isEmpty()) {
            throw body.invalid(ConversationFields.ID, "'conversation_id' must be \"new\" or the id of a conversation");
        }
        return id == null && parent == null ? ConversationFields.NONE : new ConversationFields(id, parent);
    }
}
