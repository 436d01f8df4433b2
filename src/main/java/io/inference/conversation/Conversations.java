package io.inference.conversation;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.message.Message;
import io.inference.conversation.memory.Span;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored conversations of callers. All methods fail with {@code UNAVAILABLE} while the database cannot be reached,
 * with {@code NOT_FOUND} for a conversation or message that does not exist or is another caller's, admins included, and
 * with {@link UnreadableException} for one that cannot be decrypted.
 */
public interface Conversations {
    Conversation create(Caller owner, NewConversation wanted, Call call);

    Conversation find(Caller owner, UUID id);

    /**
     * The caller's conversations, those that changed last first.
     *
     * @param words all have to occur in the title or in one message; null for all conversations
     * @param after the last one of the page before; null for the first page
     */
    Page<Conversation> list(Caller owner, @Nullable String words, @Nullable UUID after, int most);

    /**
     * Ids of the caller's conversations, in an order that no change of a conversation changes.
     *
     * @param after the last one of the page before; null for the first page
     */
    List<UUID> ids(Caller owner, @Nullable UUID after, int most);

    Conversation change(Caller owner, UUID id, ConversationChange change);

    void delete(Caller owner, UUID id);

    /** Deletes all of the caller's conversations; returns how many. */
    int deleteAll(Caller owner);

    /**
     * Messages of all branches.
     *
     * @param after number of the last message of the page before; null for the first page
     * @param newestFirst the order
     */
    Page<StoredMessage> messages(Caller owner, UUID id, @Nullable Long after, boolean newestFirst, int most);

    /**
     * Adds messages after the newest one, without asking a model; returns them as they are stored. Waits for a turn in
     * progress.
     */
    List<StoredMessage> add(Caller owner, UUID id, List<Message> messages, Call call);

    StoredMessage message(Caller owner, UUID id, long seq);

    /**
     * Deletes a message; those that follow it then follow its predecessor. Summaries that cover it are deleted with it,
     * and made again. A message with tool calls and the messages with their results are deleted together. Waits for a
     * turn in progress.
     */
    void deleteMessage(Caller owner, UUID id, long seq, Call call);

    /**
     * Summaries of all branches, in the order of the last message that they cover, those of lower levels first.
     *
     * @param after the last one of the page before; null for the first page
     */
    Page<StoredSummary> summaries(Caller owner, UUID id, @Nullable Span after, int most);

    /** The summaries that the next turn gets in place of messages, unless it follows another branch. */
    Set<Span> activeSummaries(Caller owner, UUID id);
}
