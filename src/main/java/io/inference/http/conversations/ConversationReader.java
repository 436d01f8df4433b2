package io.inference.http.conversations;

import io.inference.api.message.Message;
import io.inference.conversation.ConversationChange;
import io.inference.conversation.NewConversation;
import io.inference.http.json.JsonFields;
import io.inference.http.json.Metadata;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of requests that begin and change conversations. */
public final class ConversationReader {
    private static final int LONGEST_TITLE = 200;

    private ConversationReader() {}

    /** Reads the body of {@code POST /v1/conversations}; an empty body begins an empty conversation. */
    public static NewConversation begin(byte[] body) {
        JsonFields fields = JsonFields.parse(body.length == 0 ? new byte[] {'{', '}'} : body);
        String title = title(fields);
        return new NewConversation(title == null ? "" : title, Metadata.read(fields), ItemReader.read(fields));
    }

    /** Reads the body of {@code PATCH /v1/conversations/{id}}. */
    public static ConversationChange change(byte[] body) {
        JsonFields fields = JsonFields.parse(body);
        var change = new ConversationChange(title(fields), fields.has("metadata") ? Metadata.read(fields) : null);
        if (change.title() == null && change.metadata() == null) {
            throw fields.invalid("title", "'title' or 'metadata' is required");
        }
        return change;
    }

    /** Reads the body of {@code POST /v1/conversations/{id}/items}. */
    public static List<Message> items(byte[] body) {
        JsonFields fields = JsonFields.parse(body);
        List<Message> messages = ItemReader.read(fields);
        if (messages.isEmpty()) {
            throw fields.invalid("items", "'items' must hold at least one item");
        }
        return messages;
    }

    private static @Nullable String title(JsonFields fields) {
        if (!fields.has("title")) {
            return null;
        }
        String title = Objects.requireNonNull(fields.text("title")).strip();
        if (title.length() > LONGEST_TITLE || title.chars().anyMatch(Character::isISOControl)) {
            throw fields.invalid(
                    "title", "'title' may have " + LONGEST_TITLE + " characters, and no control characters");
        }
        return title;
    }
}
