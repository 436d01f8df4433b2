package io.inference.conversation.turn;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationChange;
import io.inference.conversation.Conversations;
import io.inference.conversation.NewConversation;
import io.inference.conversation.Page;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.memory.Span;
import io.inference.conversation.store.ConversationStore;
import io.inference.conversation.store.MessageStore;
import io.inference.conversation.store.Owner;
import io.inference.conversation.store.PathEntry;
import io.inference.conversation.store.SummaryStore;
import io.inference.conversation.summary.DueSummaries;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Conversations in PostgreSQL. */
final class StoredConversations implements Conversations {
    private final ConversationStore conversations;
    private final MessageStore messages;
    private final Turns turns;
    private final CopyRemover copies;
    private final SummaryStore summaries;
    private final DueSummaries due;
    private final int recent;

    /** @param recent newest messages, which no prompt replaces by a summary */
    StoredConversations(
            ConversationStore conversations,
            MessageStore messages,
            Turns turns,
            CopyRemover copies,
            SummaryStore summaries,
            DueSummaries due,
            int recent) {
        this.conversations = conversations;
        this.messages = messages;
        this.turns = turns;
        this.copies = copies;
        this.summaries = summaries;
        this.due = due;
        this.recent = recent;
    }

    @Override
    public Conversation create(Caller caller, NewConversation wanted, Call call) {
        Owner owner = Owner.of(caller);
        Conversation made = conversations.add(owner, UUID.randomUUID(), wanted, Instant.now());
        if (wanted.messages().isEmpty()) {
            return made;
        }
        Turn ignored = store(owner, made.id(), wanted.messages(), call);
        due.submitLater(caller, made.id(), null);
        return find(caller, made.id());
    }

    @Override
    public List<StoredMessage> add(Caller caller, UUID id, List<Message> added, Call call) {
        Turn turn = store(Owner.of(caller), id, added, call);
        due.submitLater(caller, id, null);
        return messages.list(id, turn.lastSeq(), false, added.size());
    }

    private Turn store(Owner owner, UUID id, List<Message> added, Call call) {
        Turn turn = turns.begin(owner, id, null, call);
        turn.setMessages(added);
        if (turn.end()) {
            turns.store(turn, List.of());
        }
        return turn;
    }

    @Override
    public Conversation find(Caller caller, UUID id) {
        return conversations.find(Owner.of(caller), id).orElseThrow(StoredConversations::none);
    }

    @Override
    public Page<Conversation> list(Caller caller, @Nullable String words, @Nullable UUID after, int most) {
        return Page.of(conversations.list(Owner.of(caller), words, after, most + 1), most);
    }

    @Override
    public List<UUID> ids(Caller caller, @Nullable UUID after, int most) {
        return conversations.ids(Owner.of(caller), after, most);
    }

    @Override
    public Conversation change(Caller caller, UUID id, ConversationChange change) {
        return conversations.change(Owner.of(caller), id, change, Instant.now()).orElseThrow(StoredConversations::none);
    }

    @Override
    public void delete(Caller caller, UUID id) {
        if (!conversations.delete(Owner.of(caller), id)) {
            throw none();
        }
        copies.remove(List.of(id));
    }

    @Override
    public int deleteAll(Caller caller) {
        return conversations.deleteAll(Owner.of(caller), copies::remove);
    }

    @Override
    public Page<StoredMessage> messages(Caller caller, UUID id, @Nullable Long after, boolean newestFirst, int most) {
        Conversation conversation = find(caller, id);
        return Page.of(messages.list(conversation.id(), after, newestFirst, most + 1), most);
    }

    @Override
    public StoredMessage message(Caller caller, UUID id, long seq) {
        Conversation conversation = find(caller, id);
        return messages.find(conversation.id(), seq).orElseThrow(() -> InferenceException.noSuch("message"));
    }

    @Override
    public void deleteMessage(Caller caller, UUID id, long seq, Call call) {
        Owner owner = Owner.of(caller);
        Turn turn = turns.begin(owner, id, null, call);
        try {
            if (!messages.delete(owner, id, seq)) {
                throw InferenceException.noSuch("message");
            }
            copies.remove(List.of(id));
        } finally {
            if (turn.end()) {
                turns.release(turn);
            }
        }
        due.submitLater(caller, id, null);
    }

    @Override
    public Page<StoredSummary> summaries(Caller caller, UUID id, @Nullable Span after, int most) {
        Conversation conversation = find(caller, id);
        return Page.of(summaries.list(conversation.id(), after, most + 1), most);
    }

    @Override
    public Set<Span> activeSummaries(Caller caller, UUID id) {
        Conversation conversation = find(caller, id);
        return summaries.standing(conversation.id(), recent).stream()
                .flatMap(standing -> standing.path().stream())
                .filter(PathEntry.Covered.class::isInstance)
                .map(entry -> ((PathEntry.Covered) entry).span())
                .collect(Collectors.toSet());
    }

    private static InferenceException none() {
        return InferenceException.noSuch("conversation");
    }
}
