package io.inference.conversation.turn;

import io.inference.api.call.Caller;
import io.inference.api.message.Message;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.store.MessageRows;
import io.inference.conversation.store.Owner;
import io.inference.conversation.store.PathEntry;
import io.inference.conversation.store.TurnStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A turn of a conversation: the messages of one call and the answer to them. It holds its conversation until it has
 * ended. Routes read {@link #conversation} and {@link #parent}.
 */
public final class Turn {
    /** Exchange property with the turn of the call. */
    public static final String PROPERTY = "InferenceTurn";

    /** A larger conversation is not kept in memory for the turn after it: images make some that large. */
    private static final int MOST_CHARACTERS = 1_000_000;

    private final UUID id;
    private final Owner owner;
    private final UUID conversation;
    private final TurnStore.Begun begun;
    private final long parent;
    private final boolean created;
    private final Instant beganAt;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private volatile List<Message> messages = List.of();
    private volatile @Nullable Memory memory;
    private volatile boolean repeatable;
    private volatile @Nullable StoredMessage answer;
    private volatile @Nullable List<Map<String, Object>> rows;
    private volatile @Nullable Read read;
    private volatile TurnStore.@Nullable Added added;
    private volatile Runnable whenStored = () -> {};

    /**
     * What its prompt was made of.
     *
     * @param model that is asked
     * @param summarized messages that are not in the prompt, but in a summary
     * @param isSummaryDue whether a summary is due once its answer is stored
     */
    record Memory(Caller caller, String model, int summarized, boolean isSummaryDue) {}

    private record Read(List<Map<String, Object>> rows, List<PathEntry> path) {}

    private enum State {
        OPEN,
        /** It ends with a stream. */
        STREAMING,
        ENDED
    }

    /**
     * @param begun the conversation when the turn began
     * @param parent number of the message that it follows; 0 for the beginning
     * @param created whether the conversation began with this turn
     */
    Turn(
            UUID id,
            Owner owner,
            UUID conversation,
            TurnStore.Begun begun,
            long parent,
            boolean created,
            Instant beganAt) {
        this.id = id;
        this.owner = owner;
        this.conversation = conversation;
        this.begun = begun;
        this.parent = parent;
        this.created = created;
        this.beganAt = beganAt;
    }

    UUID id() {
        return id;
    }

    Owner owner() {
        return owner;
    }

    public UUID conversation() {
        return conversation;
    }

    /** Number of the message that it follows; 0 for the beginning. */
    public long parent() {
        return parent;
    }

    /** Number of the newest message of the conversation when it began. */
    long lastSeq() {
        return begun.lastSeq();
    }

    /** Of what was said before: the messages up to the parent are the same as long as it is. */
    public long version() {
        return begun.version();
    }

    /** Time of the last change of the conversation when it began. */
    public Instant changedAt() {
        return begun.changedAt();
    }

    boolean isCreator() {
        return created;
    }

    Instant beganAt() {
        return beganAt;
    }

    /** Keeps what rows are, for a reader of the same rows. */
    public void setRead(List<Map<String, Object>> rows, List<PathEntry> path) {
        read = new Read(rows, path);
    }

    /** What these rows are, once; null if it is not known. A step may have replaced them. */
    @SuppressWarnings("ReferenceEquality")
    @Nullable
    List<PathEntry> takeRead(List<Map<String, Object>> rows) {
        Read known = read;
        read = null;
        return known != null && known.rows() == rows ? known.path() : null;
    }

    /** Keeps the rows of the messages before it for {@link #after}, unless they are many. */
    void setRows(List<Map<String, Object>> rows) {
        this.rows = MessageRows.characters(rows) <= MOST_CHARACTERS ? rows : null;
    }

    /** What was added to the conversation at its end. */
    void stored(TurnStore.Added added) {
        this.added = added;
    }

    /**
     * The conversation after a turn, as the turn that follows will find it.
     *
     * @param version as {@link Turn#version}
     * @param changedAt as {@link Turn#changedAt}
     * @param rows of the messages up to the last one of the turn, with the columns of {@code sql/load-messages.sql}
     */
    public record After(long version, Instant changedAt, List<Map<String, Object>> rows) {}

    /** Empty if it is not stored, or if the texts have more than {@value #MOST_CHARACTERS} characters. */
    public Optional<After> after() {
        List<Map<String, Object>> before = rows;
        TurnStore.Added stored = added;
        if (before == null || stored == null) {
            return Optional.empty();
        }
        List<Map<String, Object>> all = new ArrayList<>(before);
        all.addAll(stored.rows());
        return MessageRows.characters(all) <= MOST_CHARACTERS
                ? Optional.of(new After(version(), stored.changedAt(), all))
                : Optional.empty();
    }

    /** What to do in the background once it is stored; does not fail. */
    void setWhenStored(Runnable work) {
        whenStored = work;
    }

    Runnable whenStored() {
        return whenStored;
    }

    /** The messages of the caller that are to be stored. */
    List<Message> messages() {
        return messages;
    }

    void setMessages(List<Message> messages) {
        this.messages = List.copyOf(messages);
    }

    /** Null if it has no prompt. */
    @Nullable
    Memory memory() {
        return memory;
    }

    void setMemory(Memory memory) {
        this.memory = memory;
    }

    /**
     * Marks it as one that may run more than once.
     *
     * @param stored the answer that a run before has stored; null for none
     */
    void repeats(@Nullable StoredMessage stored) {
        repeatable = true;
        answer = stored;
    }

    /** Whether it may run more than once; then only a complete answer is stored. */
    boolean isRepeatable() {
        return repeatable;
    }

    /** The answer that a run before has stored; null for none. */
    @Nullable
    StoredMessage answer() {
        return answer;
    }

    /** Leaves its end to a stream; false if it has ended. */
    boolean handOver() {
        return state.compareAndSet(State.OPEN, State.STREAMING);
    }

    /** Ends it if nothing else will; false if it has ended, or a stream will end it. */
    boolean abandon() {
        return state.compareAndSet(State.OPEN, State.ENDED);
    }

    boolean hasEnded() {
        return state.get() == State.ENDED;
    }

    /** Ends it; false if it had ended before. */
    boolean end() {
        return state.getAndSet(State.ENDED) != State.ENDED;
    }
}
